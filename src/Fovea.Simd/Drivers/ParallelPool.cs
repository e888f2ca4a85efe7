using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Fovea.Simd.Drivers;

/// <summary>
/// A fixed pool of threads for data-parallel loops. Workers spin briefly for the next loop and park when none comes; handing a loop
/// over costs well under a microsecond while they spin, and allocates nothing. Each thread begins with a run of neighbouring pieces,
/// the same part of every loop, and helps the others when its own are done: what one loop left in a processor's caches is mostly there
/// for the next.
/// </summary>
/// <remarks>
/// Results do not depend on the number of threads: pieces are the caller's, each piece writes its own outputs, and a piece is never
/// cut in two. Loops may be started from any thread: while one loop has the pool, others run on their callers' threads alone.
/// </remarks>
public static unsafe class ParallelPool
{
    // 0.7 to 0.9 ms of spinning where it was measured (an AMD EPYC, beside training); .NET scales SpinWait by the clock. That is longer
    // than the gap between two kernels of one model, and shorter than a wait that would be worth a core.
    private const int SpinsBeforePark = 2000;
    private const int MostThreads = 256;

    private static readonly Lock s_team = new();
    private static readonly Lock s_resize = new();
    private static Worker[] s_workers = [];
    private static int s_threads = Default();

    // The loop in progress. Written by the owner before the generation moves, read by workers after they saw it move.
    private static void* s_body;
    private static delegate*<void*, int, int, void> s_run;
    private static int s_grain;
    private static int s_shares;
    private static Exception? s_fault;

    // What is left of each thread's share.
    private static readonly Share[] s_left = new Share[MostThreads];

    [ThreadStatic]
    private static bool t_inside;

    [ThreadStatic]
    private static bool t_warmsUp;

    /// <summary>
    /// How many threads work on a loop, the caller's included (1 to 256). The default is the number of processors, or the variable
    /// <c>FOVEA_THREADS</c>.
    /// </summary>
    public static int Threads
    {
        get => Volatile.Read(ref s_threads);
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MostThreads);
            Volatile.Write(ref s_threads, value);
        }
    }

    /// <summary>Runs <paramref name="body"/> over 0 … <paramref name="count"/> − 1 and returns when all of it is done.</summary>
    /// <param name="body">The loop: a struct of pointers and numbers that all threads read.</param>
    /// <param name="count">Number of pieces.</param>
    /// <param name="grain">Pieces handed out at a time, at least 1. A loop of at most one grain runs on the caller alone.</param>
    public static void For<TBody>(ref TBody body, int count, int grain = 1)
        where TBody : unmanaged, IRangeBody
    {
        if (count <= 0)
        {
            return;
        }

        grain = Math.Max(1, grain);
        int threads = Threads;
        if (threads == 1 || count <= grain || t_inside || !s_team.TryEnter())
        {
            if (t_warmsUp)
            {
                RunFirst(ref body);
            }
            else
            {
                body.Run(0, count);
            }

            return;
        }

        try
        {
            // The body lives on this stack frame until every worker has said it is done with it.
            fixed (TBody* at = &body)
            {
                Lead(at, &Invoke<TBody>, count, grain, threads);
            }
        }
        finally
        {
            s_team.Exit();
        }
    }

    /// <summary>
    /// Runs some work with each of its loops cut down to the first piece, on this thread alone: it takes the way that the whole work will
    /// take, so that the code is compiled when the work is done in earnest. What it computes is undefined, indices excepted.
    /// </summary>
    /// <param name="work">The work. Its loops must not take indices from what loops before them computed.</param>
    public static void WarmUp(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        (bool inside, bool warmsUp) = (t_inside, t_warmsUp);
        t_inside = t_warmsUp = true;
        try
        {
            work();
        }
        finally
        {
            (t_inside, t_warmsUp) = (inside, warmsUp);
        }
    }

    // Through the pointer that the pool would be given, which compiles that too.
    private static void RunFirst<TBody>(ref TBody body)
        where TBody : unmanaged, IRangeBody
    {
        fixed (TBody* at = &body)
        {
            delegate*<void*, int, int, void> run = &Invoke<TBody>;
            run(at, 0, 1);
        }
    }

    private static void Lead(void* body, delegate*<void*, int, int, void> run, int count, int grain, int threads)
    {
        int helpers = Math.Min(threads - 1, (count - 1) / grain);
        Worker[] workers = Ensure(helpers);
        s_body = body;
        s_run = run;
        s_grain = grain;
        s_shares = helpers + 1;
        s_fault = null;
        long chunks = ((long)count + grain - 1) / grain;
        for (int i = 0; i < s_shares; i++)
        {
            s_left[i].Next = (int)Math.Min(count, chunks * i / s_shares * grain);
            s_left[i].End = (int)Math.Min(count, chunks * (i + 1) / s_shares * grain);
        }

        for (int i = 0; i < helpers; i++)
        {
            workers[i].Start();
        }

        t_inside = true;
        Take(0);
        t_inside = false;
        for (int i = 0; i < helpers; i++)
        {
            workers[i].WaitUntilDone();
        }

        s_body = null;
        if (s_fault is { } fault)
        {
            s_fault = null;
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(fault);
        }
    }

    // A thread's own share first, which lies where its share of the loop before lay and is in its caches; then what the others have left.
    private static void Take(int own)
    {
        try
        {
            for (int i = 0; i < s_shares; i++)
            {
                Take(ref s_left[(own + i) % s_shares]);
            }
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref s_fault, e, null);
            for (int i = 0; i < s_shares; i++)
            {
                Volatile.Write(ref s_left[i].Next, s_left[i].End);
            }
        }
    }

    private static void Take(ref Share share)
    {
        int end = share.End, grain = s_grain;
        while (Volatile.Read(ref share.Next) < end)
        {
            // Past the end the sum may wrap to negative numbers; as unsigned they are past the end too.
            int from = Interlocked.Add(ref share.Next, grain) - grain;
            if ((uint)from >= (uint)end)
            {
                return;
            }

            s_run(s_body, from, from > end - grain ? end : from + grain);
        }
    }

    private static void Invoke<TBody>(void* body, int from, int to)
        where TBody : unmanaged, IRangeBody => Unsafe.AsRef<TBody>(body).Run(from, to);

    private static Worker[] Ensure(int helpers)
    {
        if (s_workers.Length >= helpers)
        {
            return s_workers;
        }

        lock (s_resize)
        {
            var grown = new Worker[helpers];
            s_workers.CopyTo(grown, 0);
            for (int i = s_workers.Length; i < helpers; i++)
            {
                grown[i] = new Worker(i + 1);
            }

            return s_workers = grown;
        }
    }

    private static int Default() =>
        int.TryParse(Environment.GetEnvironmentVariable("FOVEA_THREADS"), out int asked) && asked is >= 1 and <= MostThreads
            ? asked
            : Math.Clamp(Environment.ProcessorCount, 1, MostThreads);

    // On cache lines of its own, prefetched neighbours included.
    [StructLayout(LayoutKind.Sequential, Size = 128)]
    private struct Share
    {
        public int Next;
        public int End;
    }

    private sealed class Worker
    {
        private readonly SemaphoreSlim _wake = new(0);
        private readonly int _number;
        private int _asked;
        private int _done;
        private int _parked;

        public Worker(int number)
        {
            _number = number;
            var thread = new Thread(Loop) { IsBackground = true, Name = $"fovea worker {number}" };
            thread.Start();
        }

        public void Start()
        {
            Volatile.Write(ref _asked, _asked + 1);
            Interlocked.MemoryBarrier();
            if (Volatile.Read(ref _parked) == 1 && Interlocked.Exchange(ref _parked, 0) == 1)
            {
                _wake.Release();
            }
        }

        public void WaitUntilDone()
        {
            var spinner = 0;
            while (Volatile.Read(ref _done) != _asked)
            {
                if (++spinner % 4096 == 0)
                {
                    Thread.Yield();
                }
                else
                {
                    Thread.SpinWait(8);
                }
            }
        }

        private void Loop()
        {
            t_inside = true;
            int seen = 0;
            while (true)
            {
                for (int spins = 0; Volatile.Read(ref _asked) == seen; spins++)
                {
                    if (spins < SpinsBeforePark)
                    {
                        Thread.SpinWait(8);
                        continue;
                    }

                    Interlocked.Exchange(ref _parked, 1);
                    if (Volatile.Read(ref _asked) == seen)
                    {
                        _wake.Wait();
                    }
                    else if (Interlocked.Exchange(ref _parked, 0) == 0)
                    {
                        // The leader saw us parked just as we woke by ourselves, and released the semaphore: take that back.
                        _wake.Wait();
                    }

                    spins = 0;
                }

                seen = Volatile.Read(ref _asked);
                Take(_number);
                Volatile.Write(ref _done, seen);
            }
        }
    }
}
