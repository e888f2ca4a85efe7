using System.Runtime.InteropServices;
using System.Text;
using Fovea.Distributed.Collectives;

namespace Fovea.Distributed;

/// <summary>
/// Processes that compute together, each with a number, its rank. All of them call the same members in the same order; what the members do is done in that order by a thread
/// of the group's own, so that a rank can go on while its values travel. A single process is a group of one, for which nothing moves.
/// </summary>
/// <example>
/// <code>
/// using ProcessGroup group = ProcessGroup.FromEnvironment();      // under mpirun: its ranks; else a group of one
/// PendingCollective sum = group.StartAllReduce(gradients);
/// …                                                              // compute something else meanwhile
/// sum.Wait();
/// </code>
/// </example>
public sealed class ProcessGroup : IDisposable
{
    private const int LongestHost = 256;
    private const string Handed = "results are handed over";

    // Of a tensor that is sent: element type, number of axes, their lengths.
    private const int HeadFields = 2 + 8;
    private readonly ITransport? _transport;
    private readonly CollectiveSteps? _steps;
    private readonly GroupThread? _thread;
    private readonly string[] _hosts = [Environment.MachineName];

    private ProcessGroup()
    {
    }

    private ProcessGroup(ITransport transport, GroupOptions options)
    {
        options.Validate();
        _transport = transport;
        (Rank, Ranks) = (transport.Rank, transport.Ranks);
        _thread = new GroupThread();
        _steps = new CollectiveSteps(transport, new GroupWait(options, Name, _thread));
        _hosts = new string[Ranks];
        _hosts = Hosts(transport.Host);
    }

    /// <summary>The group of this process alone.</summary>
    public static ProcessGroup Single { get; } = new();

    /// <summary>This process's place in the group, from 0.</summary>
    public int Rank { get; }

    /// <summary>How many ranks there are.</summary>
    public int Ranks { get; } = 1;

    /// <summary>Whether this is rank 0, which writes what is written once.</summary>
    public bool IsRoot => Rank == 0;

    /// <summary>What the group has moved, and how long this rank stood still for it.</summary>
    public GroupStatistics Statistics => _thread is null ? default : new(_steps!.BytesSent, _thread.Busy, _thread.Awaited);

    /// <summary>A group over a transport, which it then owns.</summary>
    /// <param name="transport">How bytes get from rank to rank.</param>
    /// <param name="options">How patient the ranks are; null for the defaults.</param>
    /// <exception cref="RankLostException">A rank is missing from the start.</exception>
    public static ProcessGroup Over(ITransport transport, GroupOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(transport);
        return new ProcessGroup(transport, options ?? new GroupOptions());
    }

    /// <summary>The ranks that this process was started among by <c>mpirun</c>, <c>mpiexec</c> or <c>srun</c>; without one of them, <see cref="Single"/>.</summary>
    /// <param name="options">How patient the ranks are; null for the defaults.</param>
    /// <exception cref="MpiException">It was, and MPI cannot be loaded or started.</exception>
    public static ProcessGroup FromEnvironment(GroupOptions? options = null) =>
        LaunchedRanks.Find() is { Ranks: > 1 } launched ? Over(new MpiTransport(launched), options) : Single;

    /// <summary>Whether <c>mpirun</c>, <c>mpiexec</c> or <c>srun</c> started this process among others.</summary>
    public static bool IsLaunched => LaunchedRanks.Find() is { Ranks: > 1 };

    /// <summary>A rank as messages name it: its number and its machine.</summary>
    /// <param name="rank">0 to <see cref="Ranks"/> − 1.</param>
    public string Name(int rank) => _hosts[rank] is { } host ? $"rank {rank} on {host}" : $"rank {rank}";

    /// <summary>The machine of a rank.</summary>
    /// <param name="rank">0 to <see cref="Ranks"/> − 1.</param>
    public string Host(int rank) => _hosts[rank];

    /// <summary>
    /// Begins to sum a tensor over all ranks, in place and in a fixed tree. It belongs to the group until the sum is there.
    /// </summary>
    /// <param name="values">Float32 or Float64; of one shape on all ranks.</param>
    public PendingCollective StartAllReduce(Tensor values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return values.DType switch
        {
            DType.Float32 => Start(steps => AllReduce.Run(steps, values.AsSpan<float>())),
            DType.Float64 => Start(steps => AllReduce.Run(steps, values.AsSpan<double>())),
            _ => throw new DTypeException("all_reduce", "Float32 or Float64", values.DType.ToString()),
        };
    }

    /// <summary>Sums a tensor over all ranks, in place; see <see cref="StartAllReduce"/>.</summary>
    /// <param name="values">Float32 or Float64; of one shape on all ranks.</param>
    public void AllReduceSum(Tensor values) => StartAllReduce(values).Wait();

    /// <summary>Gives every rank the numbers of all.</summary>
    /// <param name="own">This rank's, as many on all ranks.</param>
    /// <returns>Those of all ranks, one rank's after the other's.</returns>
    public T[] AllGather<T>(ReadOnlySpan<T> own)
        where T : unmanaged
    {
        T[] all = new T[own.Length * Ranks];
        if (Ranks == 1)
        {
            own.CopyTo(all);
            return all;
        }

        using Tensor room = Room(MemoryMarshal.AsBytes(all.AsSpan()).Length);
        MemoryMarshal.AsBytes(own).CopyTo(room.AsSpan<byte>()[(Rank * MemoryMarshal.AsBytes(own).Length)..]);
        Start(steps => Collectives.AllGather.Run(steps, room.AsSpan<byte>())).Wait();
        room.AsSpan<byte>().CopyTo(MemoryMarshal.AsBytes(all.AsSpan()));
        return all;
    }

    /// <summary>Gives every rank the bytes of one.</summary>
    /// <param name="bytes">What that rank has; on the others it is not read.</param>
    /// <param name="root">The rank that has them (default 0).</param>
    public byte[] Broadcast(byte[]? bytes, int root = 0)
    {
        if (Ranks == 1)
        {
            return bytes ?? [];
        }

        // The length first: the others make room for it.
        using Tensor head = Room(sizeof(long));
        Span<long> length = MemoryMarshal.Cast<byte, long>(head.AsSpan<byte>());
        length[0] = bytes?.Length ?? 0;
        Start(steps => Collectives.Broadcast.Run(steps, head.AsSpan<byte>(), root)).Wait();
        int count = (int)MemoryMarshal.Cast<byte, long>(head.AsSpan<byte>())[0];
        if (count == 0)
        {
            return [];
        }

        using Tensor room = Room(count);
        if (Rank == root)
        {
            bytes.CopyTo(room.AsSpan<byte>());
        }

        Start(steps => Collectives.Broadcast.Run(steps, room.AsSpan<byte>(), root)).Wait();
        return room.AsSpan<byte>().ToArray();
    }

    /// <summary>Gives every rank the text of rank 0.</summary>
    /// <param name="text">What rank 0 has; on the others it is not read.</param>
    public string Broadcast(string? text) => Encoding.UTF8.GetString(Broadcast(text is null ? null : Encoding.UTF8.GetBytes(text)));

    /// <summary>Sends a tensor to a rank that waits for it with <see cref="Receive"/>.</summary>
    /// <param name="values">Of at most 8 axes and less than 2 GB.</param>
    /// <param name="to">The rank.</param>
    public void Send(Tensor values, int to)
    {
        ArgumentNullException.ThrowIfNull(values);
        using Tensor head = TensorScope.Detach(Tensor.Zeros([HeadFields], DType.Int64));
        Span<long> fields = head.AsSpan<long>();
        (fields[0], fields[1]) = ((long)values.DType, values.Rank);
        for (int axis = 0; axis < values.Rank; axis++)
        {
            fields[2 + axis] = values.Shape[axis];
        }

        Start(steps => steps.Exchange(Handed, to, head.AsBytes(), -1, default)).Wait();
        Start(steps => steps.Exchange(Handed, to, values.AsBytes(), -1, default)).Wait();
    }

    /// <summary>Takes a tensor that a rank sends.</summary>
    /// <param name="from">The rank.</param>
    /// <returns>The tensor, which the current scope owns.</returns>
    public Tensor Receive(int from)
    {
        using Tensor head = TensorScope.Detach(Tensor.Zeros([HeadFields], DType.Int64));
        Start(steps => steps.Exchange(Handed, -1, default, from, head.AsBytes())).Wait();
        long[] fields = head.ToArray<long>();
        Tensor values = Tensor.Empty(new Shape([.. fields.AsSpan(2, (int)fields[1]).ToArray().Select(length => (int)length)]), (DType)fields[0]);
        Start(steps => steps.Exchange(Handed, -1, default, from, values.AsBytes())).Wait();
        return values;
    }

    /// <summary>Waits until every rank has come here.</summary>
    public void Barrier() => Start(Collectives.Barrier.Run).Wait();

    /// <summary>
    /// Leaves the group without having finished: the others end with a <see cref="RankLostException"/>, or with their processes, as the transport can.
    /// </summary>
    /// <param name="exitCode">What the processes of a group over MPI answer.</param>
    public void Abort(int exitCode) => _transport?.Abort(exitCode);

    /// <summary>Leaves the group when all that was begun is done.</summary>
    public void Dispose()
    {
        _thread?.Dispose();
        _transport?.Dispose();
    }

    private static Tensor Room(int bytes) => TensorScope.Detach(Tensor.Empty([bytes], DType.UInt8));

    private string[] Hosts(string own)
    {
        byte[] name = new byte[LongestHost];
        Encoding.UTF8.GetBytes(own.AsSpan(0, Math.Min(own.Length, LongestHost / 4)), name);
        byte[] all = AllGather<byte>(name);
        return [.. Enumerable.Range(0, Ranks).Select(rank => Encoding.UTF8.GetString(all, rank * LongestHost, LongestHost).TrimEnd('\0'))];
    }

    private PendingCollective Start(Action<CollectiveSteps> work)
    {
        var pending = new PendingCollective(_thread, _steps is { } steps ? () => work(steps) : static () => { });
        if (_thread is null)
        {
            pending.Run(null);
        }
        else
        {
            _thread.Add(pending);
        }

        return pending;
    }
}
