using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>Estimates what a run takes for any number of images in a batch.</summary>
internal sealed class TrainingMemory
{
    // Blocks come in four sizes per power of two, and blocks of one size wait while another is asked for: over the models of the tests a run
    // takes 1.0 to 1.5 times what is alive at once.
    private const double Idle = 1.25;

    // A compiled model keeps the weights once more, in the order that its kernels read them in.
    private const double Packed = 0.5;

    // What a thread's kernels work in.
    private const long EachThread = 2 << 20;

    // For a last look at the best weights they are read and the last ones put by.
    private const int Swapped = 2;
    private readonly ActivationTrace _trace;
    private readonly ModelDescription _description;
    private readonly TrainOptions _options;
    private readonly PictureBytes _pictures;
    private readonly long _weights;
    private readonly long _trained;

    private TrainingMemory(ActivationTrace trace, Module model, ModelDescription description, TrainOptions options, PictureBytes pictures)
    {
        (_trace, _description, _options, _pictures) = (trace, description, options, pictures);
        _weights = StateDict.Of(model).Values.Sum(t => t.Spec.Bytes);
        _trained = model.Parameters().Where(p => p.RequiresGrad).Sum(p => p.Spec.Bytes);
    }

    /// <summary>Traces a model as it is when all that thaws is trained; it is left in training mode, with what is always frozen in it.</summary>
    /// <returns>Null for a model whose shapes cannot be followed.</returns>
    public static TrainingMemory? Of(Module model, ModelDescription description, TrainOptions options, PictureBytes pictures)
    {
        new FrozenModules(model, options.Freeze).TrainThawed(model);
        return ActivationTrace.Of(model, description.Mean.Count, description.ImageSize) is { } trace
            ? new TrainingMemory(trace, model, description, options, pictures)
            : null;
    }

    /// <summary>Whether a run with such batches fits into what it may take, and each of its tensors into what a tensor can be.</summary>
    public bool Fits(int batchSize, long free) => _trace.LargestValue * Images(batchSize) <= int.MaxValue && At(batchSize, free) is var e && e.Total <= e.Available;

    /// <summary>The largest batch that fits, at most <paramref name="most"/>; 0 for none.</summary>
    public int Largest(int most, long free)
    {
        int fits = 0, above = most + 1;
        while (above - fits > 1)
        {
            int tried = fits + ((above - fits) / 2);
            (fits, above) = Fits(tried, free) ? (tried, above) : (fits, tried);
        }

        return fits;
    }

    /// <summary>The estimate.</summary>
    /// <param name="batchSize">Images in a batch.</param>
    /// <param name="free">Bytes that the process may take beyond what it has.</param>
    public MemoryEstimate At(int batchSize, long free)
    {
        int images = Images(batchSize);
        ITask task = TaskCatalog.Of(_description.Task);
        long area = (long)_description.ImageSize.Height * _description.ImageSize.Width, loss = task.LossMaps * _trace.Output * images;
        long batch = images * area * ((sizeof(float) * _description.Mean.Count) + (task.Data.IsOfPixels ? sizeof(long) : 0));
        long inFlight = (_options.Workers is > 0 ? new DataLoaderOptions().Prefetch + 1 : 1) + (_options.Mixup + _options.CutMix > 0 ? 2 : 0);
        int remembered = _options.UpdateRule != OptimizerKind.Sgd ? 2 : _options.Momentum > 0 ? 1 : 0;
        return new MemoryEstimate
        {
            BatchSize = batchSize,
            ImageSize = _description.ImageSize,
            Weights = _weights,
            State = ((1 + remembered + SumsOfGradients) * _trained) + (_options.Ema > 0 ? _weights : 0),
            Activations = (long)(Idle * (_trace.ForwardAndBack(images) + loss)) + (ParallelPool.Threads * EachThread),
            Validation = (long)((Idle * _trace.Forward(images)) + (Packed * _weights)) + batch + (task.RevisitsBest ? Swapped * _weights : 0),
            Batches = (inFlight * batch) + (ParallelPool.Threads * _pictures.Decoding * (_options.Mosaic > 0 ? Mosaic.Pictures : 1)),
            Pictures = _pictures.Kept,
            Available = free + _weights + _pictures.Kept,
        };
    }

    // Of the batches of a step: the sum that is made, and those of 1, 2, 4, … batches that wait for it.
    private int SumsOfGradients => _options.Accumulate > 1 ? 2 + BitOperations.Log2((uint)_options.Accumulate - 1) : 0;

    private int Images(int batchSize) => Math.Max(1, Math.Min(batchSize, _pictures.Count));
}
