using System.Runtime.ExceptionServices;
using Fovea.Simd.Drivers;

namespace Fovea.Training.Data;

/// <summary>A batch being made. Workers take a few pictures at a time; whoever finishes the last makes it ready.</summary>
internal sealed class PendingBatch
{
    // Enough to make taking a share cheap, few enough for several workers to share even a small batch, such as that of a detector.
    private const int LargestShare = 8;
    private const int FewestShares = 8;
    private readonly EpochPlan _plan;
    private readonly int[] _positions;
    private readonly int[] _indices;
    private readonly List<DamagedPicture>?[] _damaged;
    private readonly int _share;
    private readonly Tensor _images;
    private readonly BatchLabels _labels;
    private readonly object?[] _kept;
    private readonly DataTask _task;
    private int _taken;
    private int _done;
    private ExceptionDispatchInfo? _failure;
    private int _failedAt = int.MaxValue;

    public PendingBatch(EpochPlan plan, int number)
        : this(plan, number, null)
    {
    }

    // Some pictures of a batch: those that can be read.
    private PendingBatch(EpochPlan plan, int number, int[]? positions)
    {
        _plan = plan;
        Number = number;
        int[] all = plan.Indices(number);
        _positions = positions ?? [.. Enumerable.Range(0, all.Length)];
        _indices = [.. _positions.Select(p => all[p])];
        _damaged = new List<DamagedPicture>?[_indices.Length];
        _share = Math.Clamp(_indices.Length / FewestShares, 1, LargestShare);
        SamplePipeline pipeline = plan.Loader.Pipeline;
        _images = TensorScope.Detach(Tensor.Empty([_indices.Length, pipeline.Channels, pipeline.Height, pipeline.Width]));
        _task = plan.Loader.Dataset.Task;
        _labels = _task.StartBatch(_indices.Length, pipeline.Height, pipeline.Width);
        _kept = new object?[_indices.Length];
    }

    public int Number { get; }

    /// <summary>Whether every picture is in place (or failed). Read and written under the crew's lock.</summary>
    public bool IsReady => _done == _indices.Length;

    /// <summary>Takes the next pictures. Called under the crew's lock.</summary>
    public bool TryTake(out int from, out int to)
    {
        from = _taken;
        to = Math.Min(from + _share, _indices.Length);
        _taken = to;
        return from < to;
    }

    /// <summary>Makes the pictures that were taken. Called outside the lock; each position is written by one thread.</summary>
    public void Run(int from, int to)
    {
        SamplePipeline pipeline = _plan.Loader.Pipeline;
        Span<float> images = _images.AsSpan<float>();
        int size = pipeline.Channels * pipeline.Height * pipeline.Width;
        for (int i = from; i < to; i++)
        {
            try
            {
                Generator random = _plan.RandomOf(Number, _positions[i]);
                var found = new List<DamagedPicture>();
                ImageSample sample = _plan.Sample(ref _indices[i], random, found);
                _damaged[i] = found.Count > 0 ? found : null;
                _labels.Write(sample, pipeline, random, images.Slice(i * size, size), i);
                _kept[i] = _task.Kept(sample, pipeline);
            }
            catch (DataException e) when (e.IsDamage && _plan.Loader.Options.Damaged == DamagedPictures.LeaveOut)
            {
                _damaged[i] = [new DamagedPicture(_plan.Loader.Dataset.Name(_indices[i]), e.Message)];
            }
            catch (Exception e)
            {
                // The first picture of the batch that fails is reported, whichever worker came to its own first.
                lock (_indices)
                {
                    if (i < _failedAt)
                    {
                        (_failedAt, _failure) = (i, ExceptionDispatchInfo.Capture(e));
                    }
                }

                return;
            }
        }
    }

    /// <summary>Makes all pictures on the caller's thread and up to <paramref name="threads"/> − 1 others, and returns when they are made.</summary>
    public void RunAll(int threads)
    {
        int shares = (_indices.Length + _share - 1) / _share;
        if (threads == 1 || shares == 1)
        {
            Run(0, _indices.Length);
            return;
        }

        Parallel.For(0, shares, new ParallelOptions { MaxDegreeOfParallelism = threads }, i => Run(i * _share, Math.Min((i + 1) * _share, _indices.Length)));
    }

    /// <summary>Counts pictures that were run. Called under the crew's lock.</summary>
    public void Count(int count) => _done += count;

    /// <summary>Hands the batch over, or throws what making it threw.</summary>
    public Batch Finish()
    {
        if (_failure is not null)
        {
            Release();
            _failure.Throw();
        }

        DamagedPicture[] damaged = [.. _damaged.OfType<List<DamagedPicture>>().SelectMany(d => d)];
        return damaged.Length > 0 && _plan.Loader.Options.Damaged == DamagedPictures.LeaveOut
            ? WithoutDamaged(damaged)
            : new Batch(_plan.Loader.Dataset, _plan.Epoch, Number, _indices, _images, TensorScope.Detach(_labels.ToTensor()), _kept, damaged);
    }

    // Made again of what can be read, which seldom happens: the labels of a batch may be of a shape that follows from all of them.
    private Batch WithoutDamaged(DamagedPicture[] damaged)
    {
        Release();
        var rest = new PendingBatch(_plan, Number, [.. _positions.Where((_, i) => _damaged[i] is null)]);
        if (rest._indices.Length == 0)
        {
            Tensor none = TensorScope.Detach(Tensor.Empty([0], DType.Int64));
            rest._labels.Dispose();
            return new Batch(_plan.Loader.Dataset, _plan.Epoch, Number, [], rest._images, none, [], damaged);
        }

        rest.RunAll(ParallelPool.Threads);
        if (rest._failure is not null || rest._damaged.Any(d => d is not null))
        {
            rest.Release();
            rest._failure?.Throw();
            throw new DataException($"{_plan.Loader.Dataset.Source}: pictures that could be read a moment ago are damaged now; is something writing to the data?");
        }

        return new Batch(_plan.Loader.Dataset, _plan.Epoch, Number, rest._indices, rest._images, TensorScope.Detach(rest._labels.ToTensor()), rest._kept, damaged);
    }

    /// <summary>Gives the memory back of a batch that nobody wants.</summary>
    public void Release()
    {
        _images.Dispose();
        _labels.Dispose();
    }
}
