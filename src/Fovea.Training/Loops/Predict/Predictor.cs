using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Io;
using Fovea.Simd.Drivers;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>
/// Says what a trained model sees in images. One predictor may be used from many threads at once, until it is disposed, which gives the memory of its weights
/// back at once rather than when the garbage collector looks.
/// </summary>
/// <example>
/// <code>
/// var predictor = Predictor.Open(new PredictOptions { Weights = "runs/classify/cifar10/best.safetensors" });
/// Prediction seen = predictor.Predict(["cat.jpg"]).Single();
/// </code>
/// </example>
public sealed class Predictor : IDisposable
{
    private readonly TrainedModel _trained;
    private readonly InferenceModel _model;
    private readonly SamplePipeline _pipeline;
    private readonly ViewedImages? _viewed;
    private readonly ITask _task;
    private readonly IOutputReader _reader;
    private readonly int _batchSize;
    private PredictWarmup? _warmup;

    private Predictor(TrainedModel trained, PredictOptions options)
    {
        _trained = trained;
        Options = options;
        (_pipeline, _viewed) = ViewedImages.Plan(options.Views, trained.Description);
        _task = TaskCatalog.Of(trained.Description.Task);
        if (options.Gallery.Count > 0 && !_task.TakesGallery)
        {
            throw new OptionException("gallery", $"is for retrieval models, which find what is near, and {trained.Description.Model} gives {_task.Gives}; leave it out.");
        }

        _reader = _task.CreateReader(trained.Model, trained.Description, options);

        // A single picture is over before compiling the model would have paid, unless it is seen in many parts.
        bool isSingle = IsSingle(options) && _reader is not IPictureReader && _viewed is null;
        _model = new InferenceModel(trained.Model, options.Engine, compiles: !isSingle);
        int asked = isSingle ? 1 : _reader is IPictureReader ? Math.Min(options.BatchSize, _task.EvaluationBatch) : options.BatchSize;
        _batchSize = InferenceMemory.Fit(trained.Model, trained.Description, asked, FreeMemory.Bytes(null));
        BatchSize = _reader is IPictureReader ? 1 : _batchSize;
        Notes = _batchSize == asked
            ? trained.Notes
            : [.. trained.Notes, $"{asked} images at a time would not fit into the free memory: {_batchSize} are taken; the results are the same."];
    }

    /// <summary>The labels that the model learnt from: whether it gives a class for each image, masks (see <see cref="Segment"/>), or something else.</summary>
    public DataTask Task => _task.Data;

    /// <summary>Whether what it gives are pictures, which are written to files.</summary>
    public bool PredictsFiles => _task.PredictsFiles;

    /// <summary>What the model gives, in words: <c>a class for each image</c>.</summary>
    public string Gives => _task.Gives;

    /// <summary>What the model is, and how images are prepared for it.</summary>
    public ModelDescription Description => _trained.Description;

    /// <summary>The model itself, in evaluation mode, for who looks inside of it; it is not to be changed.</summary>
    public Module Model => _trained.Model;

    /// <summary>What is to be known before the results are believed: what was adapted or assumed about the weights. Empty for most.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Images to give it at a time: as many as were asked for, or fewer where those would not fit into memory.</summary>
    public int BatchSize { get; }

    /// <summary>How it predicts.</summary>
    internal PredictOptions Options { get; }

    /// <summary>The model's classes.</summary>
    public IReadOnlyList<string> Classes => _trained.Description.Classes;

    /// <summary>Reads the weights and builds their model.</summary>
    /// <param name="options">How it predicts, and with what.</param>
    /// <param name="progress">Is told how far the file was fetched and read.</param>
    /// <param name="cancellation">Stops it; nothing stays of it.</param>
    /// <exception cref="OptionException">An option does not fit, or a name is unknown.</exception>
    /// <exception cref="DataFormatException">The weights cannot be read, or belong to another model.</exception>
    /// <exception cref="SourceException">The weights cannot be fetched.</exception>
    /// <exception cref="MemoryException">One image takes more memory than there is.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static Predictor Open(
        PredictOptions options, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Top, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1);
        ParallelPool.Threads = options.Threads ?? ParallelPool.Threads;
        if (options.Weights is { } weights)
        {
            // What has to be fetched is fetched here, where it is seen and can be stopped, and not by the thread that warms up.
            WeightsSources.Open(weights, progress, cancellation);
        }

        PredictWarmup? warmup = IsSingle(options) && options.Engine is null ? PredictWarmup.WarmUp(options) : null;
        return new Predictor(TrainedModel.Open(options.Weights, options.ModelRequest(), progress, cancellation), options) { _warmup = warmup };
    }

    /// <summary>The image files that a list of files and folders names: a folder stands for all images in it and below, in order of their paths,
    /// but for hidden ones and what runs have written.</summary>
    /// <exception cref="DataException">Something in the list does not exist, or there is no image.</exception>
    public static IReadOnlyList<string> Find(IReadOnlyList<string> inputs)
    {
        var files = new ImageFiles(inputs);
        return [.. Enumerable.Range(0, files.Count).Select(files.Name)];
    }

    /// <summary>Predicts image files, a batch at a time.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="cancellation">Stops it between two batches.</param>
    /// <exception cref="DataException">A file cannot be read.</exception>
    public IEnumerable<Prediction> Predict(IEnumerable<string> paths, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        foreach (string[] batch in paths.Chunk(BatchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (Prediction prediction in Predict([.. batch.Select(Load)], batch))
            {
                yield return prediction;
            }
        }
    }

    /// <summary>Predicts decoded images with a classifier.</summary>
    /// <param name="images">Images of any size.</param>
    /// <param name="names">Their names, as many; null numbers them.</param>
    /// <exception cref="OptionException">The model is no classifier.</exception>
    /// <exception cref="DataException">The model's outputs for an image are not finite.</exception>
    public IReadOnlyList<Prediction> Predict(IReadOnlyList<Image> images, IReadOnlyList<string>? names = null) =>
        Task == DataTask.Classify ? Typed<Prediction>(images, names) : throw Other("a classifier");

    /// <summary>Says what a segmentation model sees in decoded images: a class for each pixel, at the images' own sizes.</summary>
    /// <param name="images">Images of any size.</param>
    /// <param name="names">Their names, as many; null numbers them.</param>
    /// <exception cref="OptionException">The model gives no masks.</exception>
    /// <exception cref="DataException">The model's outputs for an image are not finite.</exception>
    public IReadOnlyList<MaskPrediction> Segment(IReadOnlyList<Image> images, IReadOnlyList<string>? names = null) =>
        Task == DataTask.Segment ? Typed<MaskPrediction>(images, names) : throw Other("a segmentation model such as unet");

    /// <summary>Says what a model sees in decoded images, whatever its task.</summary>
    /// <param name="images">Images of any size.</param>
    /// <param name="names">Their names, as many; null numbers them.</param>
    /// <returns>A prediction for each image.</returns>
    /// <exception cref="DataException">The model's outputs for an image are not finite.</exception>
    public IReadOnlyList<IPrediction> See(IReadOnlyList<Image> images, IReadOnlyList<string>? names = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        names ??= [.. Enumerable.Range(0, images.Count).Select(i => $"{i}")];
        if (_reader is IPictureReader reader)
        {
            return [.. images.Select((image, i) => reader.Read(Run, _pipeline, _batchSize, image, names[i]))];
        }

        using TensorScope scope = TensorScope.Begin();
        Tensor input = _pipeline.ToInput(images), outputs = _viewed?.Run(Run, input) ?? Run(input);
        _task.CheckOutputs(outputs, images.Count, Classes.Count);
        FiniteOutputs.Check(outputs, names);
        return _reader.Read(outputs, images, names);
    }

    /// <summary>Runs the model on inputs that were prepared elsewhere, and gives what it gives: no preprocessing, no softmax.</summary>
    /// <param name="input">What the model sees, [N, C, H, W], as <see cref="ModelDescription.EvaluationPipeline"/> makes it of images.</param>
    /// <returns>Its outputs, which the current <see cref="TensorScope"/> owns.</returns>
    /// <exception cref="ShapeException">The model does not take such inputs.</exception>
    public Tensor Infer(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Run(input);
    }

    /// <summary>Gives the weights and the compiled model back. No call may be running or follow.</summary>
    public void Dispose()
    {
        Interlocked.Exchange(ref _warmup, null)?.Wait();
        _model.Dispose();
        foreach ((_, Tensor value) in Model.NamedParameters().Concat(Model.NamedBuffers()))
        {
            value.Dispose();
        }
    }

    private T[] Typed<T>(IReadOnlyList<Image> images, IReadOnlyList<string>? names) => [.. See(images, names).Cast<T>()];

    private OptionException Other(string expected) =>
        new("predict", $"{Description.Model} gives {Gives}; expected {expected}. Predictor.See takes all.");

    private static bool IsSingle(PredictOptions options) => options.Inputs is [var only] && File.Exists(only);

    private Image Load(string path)
    {
        try
        {
            return ImageCodecs.Load(path, Description.Decoding);
        }
        catch (Exception e) when (e is ImageException or IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path}: {e.Message}", e);
        }
    }

    private Tensor Run(Tensor input)
    {
        Interlocked.Exchange(ref _warmup, null)?.Wait();
        return _model.Run(input);
    }
}
