using Fovea.Imaging.Transforms;
using Fovea.Models;
using Fovea.Simd.Drivers;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>Turns options, which are names and numbers, into a model, data and a run folder.</summary>
internal sealed class TrainSetup
{
    /// <summary>The attention that is none.</summary>
    public const string None = "none";

    private const int ClutterEpochs = 8;
    private const int ClutterBatch = 64;
    private const double ClutterRate = 0.1;
    private const int ClutterMaskEpochs = 6;

    private TrainSetup(TrainOptions options, TrainingInputs inputs, RunFolder run, IReadOnlyList<string> warnings)
    {
        Options = options;
        Inputs = inputs;
        Run = run;
        Warnings = warnings;
    }

    /// <summary>The options without open ends.</summary>
    public TrainOptions Options { get; }

    public TrainingInputs Inputs { get; }

    public RunFolder Run { get; }

    /// <summary>What the check of the data found, and what was done about weights that do not fit.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Opens everything. The run folder is made last, so that bad data or a misspelt name leaves none behind.</summary>
    public static TrainSetup Open(TrainOptions options, IProgress<TrainingEvent>? progress, CancellationToken cancellation)
    {
        RunFolder? resumed = options.Resume is null ? null : RunFolder.Open(options.Resume);
        options = resumed is null ? options : Continue(options, resumed);
        options.Validate();
        WorkerTeam.Threads = options.Threads ?? WorkerTeam.Threads;
        ModelEntry? entry = options.Model is null ? null : ModelCatalog.Find(options.Model);
        DatasetPair data = DatasetFactory.OpenPair(options.Data, options.Validation, new DatasetOptions
        {
            Seed = options.Seed,
            Fraction = options.Fraction,
            Task = options.Task ?? (entry is { IsSegmentation: true } ? DataTask.Segment : null),
            MaskClasses = options.MaskClasses,
            IgnoreValue = options.IgnoreValue,
        });
        CheckTask(entry, data.Train);
        var share = new Relay(progress);
        DataReport report = DataCheck.Run(data.Train, data.Val, progress: share, cancellation: cancellation);
        report.ThrowIfUnusable();
        data = data with { Train = DataCheck.Readable(data.Train, report.Train), Val = DataCheck.Readable(data.Val, report.Val!) };
        options = report.Train.Task == DataTask.Segment ? ChooseForMasks(options, entry, report.Train) : Choose(options, entry, report.Train);
        options = Recipe.Complete(options, data.Train.Count);
        ModelDescription description = Describe(options, data.Classes);
        Module model = description.Build();
        if (options.DropPath > 0)
        {
            StochasticDepth.Add(model, options.DropPath);
        }

        Initialization.Draw(model, new Generator(options.Seed).Fork("model"));
        var warnings = new List<string>(report.Warnings);
        if (options.Weights is not null && resumed is null)
        {
            warnings.AddRange(ModelWeights.LoadInto(model, options.Weights));
        }

        RunFolder run = resumed ?? RunFolder.Create(options.Output!, options.Name ?? NameOf(options), options.ExistOk);
        run.WriteText("dataset.json", report.ToJson());
        File.AppendAllText(run.File("command.txt"), (options.CommandLine ?? "started from code") + "\n");
        return new TrainSetup(options, Gather(model, description, data, options), run, warnings);
    }

    private static TrainOptions Continue(TrainOptions asked, RunFolder run) => TrainOptions.FromJson(File.ReadAllText(run.Config)) with
    {
        Workers = asked.Workers,
        Threads = asked.Threads,
        TimeLimit = asked.TimeLimit,
        CheckpointSeconds = asked.CheckpointSeconds,
        CommandLine = asked.CommandLine,
    };

    // The smallest network that is known to do well on images of the data's usual size. Clutter is there to show attention at work.
    private static TrainOptions Choose(TrainOptions options, ModelEntry? entry, DatasetSummary data)
    {
        bool isClutter = DatasetFactory.IsClutter(options.Data);
        SizeCount usual = data.Sizes.Count == 0 ? new SizeCount(224, 224, 0) : data.Sizes.MaxBy(s => s.Count);
        int side = Math.Min(usual.Width, usual.Height);
        string? attention = options.Attention ?? (isClutter && entry is null ? "cbam" : null);
        entry ??= ModelCatalog.Find(side <= 40 ? "resnet20-cifar" : side <= Recipe.SmallImage ? "resnet8" : "resnet18");
        return options with
        {
            Task = DataTask.Classify,
            Output = options.Output ?? Path.Combine("runs", "classify"),
            Model = entry.Key,
            Attention = attention == None ? null : attention,
            ImageSize = options.ImageSize ?? entry.ImageSize,
            Epochs = options.Epochs ?? (isClutter ? ClutterEpochs : null),
            BatchSize = options.BatchSize ?? (isClutter ? ClutterBatch : null),

            // The rate that is known for the batch; another batch or optimiser goes by the general rule.
            LearningRate = options.LearningRate
                ?? (isClutter && options is { BatchSize: null, Optimizer: OptimizerKind.Sgd, Schedule: ScheduleKind.OneCycle } ? ClutterRate : null),
        };
    }

    // A U-Net sees images of any size, so the data's own decides, up to where a step takes long.
    private static TrainOptions ChooseForMasks(TrainOptions options, ModelEntry? entry, DatasetSummary data)
    {
        const int largest = 256;
        if (options.Mixup + options.CutMix > 0)
        {
            throw new OptionException("mixup", "mixes the labels of whole images; with masks leave --mixup and --cutmix out.");
        }

        bool isClutter = DatasetFactory.IsClutter(options.Data);
        SizeCount usual = data.Sizes.Count == 0 ? new SizeCount(largest, largest, 0) : data.Sizes.MaxBy(s => s.Count);
        string? attention = options.Attention ?? (isClutter && entry is null ? "attention_gate" : null);
        entry ??= ModelCatalog.Find("unet-small");
        int side = Math.Min(usual.Width, usual.Height), unit = entry.SizeUnit;
        int size = options.ImageSize ?? Math.Clamp(side / unit * unit, unit, largest);
        return size % unit != 0
            ? throw new OptionException("image-size", $"{entry.Key} takes sides that are multiples of {unit}; expected such as {Math.Max(unit, size / unit * unit)}, got {size}.")
            : options with
            {
                Task = DataTask.Segment,
                MaskClasses = [.. data.Classes.Select(c => c.Name)],
                Output = options.Output ?? Path.Combine("runs", "segment"),
                Model = entry.Key,
                Attention = attention == None ? null : attention,
                ImageSize = size,
                Epochs = options.Epochs ?? (isClutter ? ClutterMaskEpochs : null),
            };
    }

    private static void CheckTask(ModelEntry? entry, IImageDataset data)
    {
        if (entry is not null && entry.IsSegmentation != (data.Task == DataTask.Segment))
        {
            throw new OptionException("model", data.Task == DataTask.Segment
                ? $"{entry.Key} gives a class for each image, and {data.Source} has masks; take unet or unet-small, or --task classify."
                : $"{entry.Key} gives a class for each pixel, and {data.Source} has a class for each image; take another model, or --task segment.");
        }
    }

    private static ModelDescription Describe(TrainOptions options, IReadOnlyList<string> classes)
    {
        var description = new ModelDescription
        {
            Model = options.Model!,
            Attention = options.Attention,
            AttentionOptions = options.AttentionOptions,
            Classes = classes,
            Task = options.Task ?? DataTask.Classify,
            IgnoreValue = options.IgnoreValue,
            ImageSize = options.ImageSize!.Value,
        };
        return options.AttentionAt is null ? description : description with { AttentionAt = options.AttentionAt };
    }

    private static TrainingInputs Gather(Module model, ModelDescription description, DatasetPair data, TrainOptions options)
    {
        Normalization normalization = description.Normalization();
        bool isDense = description.Task == DataTask.Segment;
        TransformOptions usual = isDense ? TransformOptions.ForSegmentation(description.ImageSize) : TransformOptions.ForTraining(description.ImageSize);
        TransformOptions train = usual with
        {
            Normalization = normalization,
            Policy = AugmentPolicy.Parse(options.AutoAugment),
            Erasing = options.RandomErasing > 0 ? new RandomErasing { Probability = options.RandomErasing } : null,
        };
        var loader = new DataLoaderOptions { BatchSize = options.BatchSize!.Value, Seed = options.Seed };
        loader = options.Workers is { } workers ? loader with { Workers = workers } : loader;
        return new TrainingInputs
        {
            Model = model,
            Description = description,
            Train = new DataLoader(data.Train, new SamplePipeline(train), loader),
            Validation = new DataLoader(data.Val, description.EvaluationPipeline(), loader with { Shuffle = false }),
        };
    }

    private static string NameOf(TrainOptions options)
    {
        string source = options.Data is null ? "clutter" : Path.GetFileName(Path.TrimEndingDirectorySeparator(options.Data));
        string name = source.Split('.')[0] is { Length: > 0 } stem ? stem : "data";

        // "train.tar.gz" says less than the folder that it lies in.
        if (name is "train" or "training" && Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(options.Data!))) is { Length: > 0 } folder)
        {
            name = folder;
        }

        return string.Join('-', new[] { name, options.Model, options.Attention }.OfType<string>());
    }

    private sealed class Relay(IProgress<TrainingEvent>? progress) : IProgress<double>
    {
        private readonly Lock _gate = new();

        public void Report(double value)
        {
            lock (_gate)
            {
                progress?.Report(new DataCheckProgress(value));
            }
        }
    }
}
