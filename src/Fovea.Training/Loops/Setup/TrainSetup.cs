using System.Text.Json;
using Fovea.Distributed;
using Fovea.Io;
using Fovea.Models;
using Fovea.Onnx;
using Fovea.Simd.Drivers;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>Turns options, which are names and numbers, into a model and data, and then into a run folder.</summary>
internal sealed class TrainSetup
{
    private readonly PreparedData _data;
    private readonly FitReport? _fit;
    private readonly RunFolder? _resumed;

    private TrainSetup(
        TrainOptions options, TrainingInputs inputs, PreparedData data, FitReport? fit, RunFolder? resumed, MemoryEstimate? memory, IReadOnlyList<string> warnings)
    {
        Memory = memory;
        Options = options;
        Inputs = inputs;
        Warnings = warnings;
        _data = data;
        _fit = fit;
        _resumed = resumed;
    }

    /// <summary>The options without open ends.</summary>
    public TrainOptions Options { get; }

    public TrainingInputs Inputs { get; }

    /// <summary>What the run will take; null where it is not known.</summary>
    public MemoryEstimate? Memory { get; }

    /// <summary>What the check of the data found, what was done about weights that do not fit, and what a resume changes.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>What the run folder is called, when no other has the name.</summary>
    public string Name => Options.Name ?? RunName.Of(Options);

    /// <summary>What the check of the data found, and how its two parts came about.</summary>
    public DataReport Report => _data.Report;

    /// <summary>What became of the weights that the run starts from; null without any.</summary>
    public FitReport? Fit => _fit;

    /// <summary>The data, for another setup on the same.</summary>
    public PreparedData Data => _data;

    /// <summary>Opens and checks everything, and writes nothing.</summary>
    /// <param name="options">What to train, on what, and how.</param>
    /// <param name="progress">Is told how far the check of the data is.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="prepared">The data of a setup whose options differ in nothing that the data depend on; null opens and checks them.</param>
    /// <param name="group">The processes that train together; null for this one alone.</param>
    public static TrainSetup Open(
        TrainOptions options, IProgress<TrainingEvent>? progress, CancellationToken cancellation, PreparedData? prepared = null, ProcessGroup? group = null)
    {
        group ??= ProcessGroup.Single;
        RunFolder? resumed = options.Resume is null ? null : RunFolder.Open(options.Resume);
        var warnings = new List<string>();
        options = resumed is null ? options : ResumedOptions.Of(options, resumed, warnings);
        if (resumed is null && group.Ranks > options.Accumulate)
        {
            warnings.Add($"{group.Ranks} ranks: a step takes {group.Ranks} batches, one for each, as with --accumulate {group.Ranks}, which gives the same weights on any number of ranks.");
            options = options with { Accumulate = group.Ranks };
        }

        options.Validate();

        // Before anything is opened or made: so many ranks may have no share of a step.
        MicroBatches.Of(options.Accumulate, group);
        ParallelPool.Threads = options.Threads ?? ParallelPool.Threads;
        using StartingWeights? start = resumed is null ? StartingWeights.Open(options, progress, cancellation) : null;
        options = start?.Complete() ?? options;
        OnnxArchitecture? network = resumed is null ? start?.Architecture : resumed.Checkpoints.Describe()?.Architecture;
        ModelEntry? entry = network is not null ? OnnxDescription.Entry(options.Model!, network) : options.Model is null ? null : ModelCatalog.Find(options.Model);
        PreparedData data = prepared ?? PreparedData.Open(options, entry, resumed, progress, cancellation);
        warnings.AddRange(data.Warnings);
        TrainOptions open = options;
        options = Complete(open, entry, data);
        ModelDescription description = InputsBuilder.Describe(options, data.Pair.Classes) with { Architecture = network?.WithClasses(data.Pair.Classes.Count) };
        Module model = description.Build();
        if (options.DropPath > 0)
        {
            StochasticDepth.Add(model, options.DropPath);
        }

        Initialization.Draw(model, new Generator(options.Seed).Fork("model"));
        FitReport? fit = start?.LoadInto(model);
        warnings.AddRange(start?.Sentences(fit) ?? []);
        MemoryEstimate? memory = options.Engine is { HasOwnMemory: true } ? null
            : new MemoryGuard(description, options, PictureBytes.Of(data.Pair, data.Report, options.MemoryLimit)).Check(model, isChosen: open.BatchSize is null);
        if (memory is { BatchSize: var fitting } && fitting < options.BatchSize)
        {
            warnings.Add($"Batches of {options.BatchSize} images would not fit into {Format.Bytes(memory.Available)}: they are of {fitting} (--batch-size says otherwise).");
            options = Complete(open with { BatchSize = fitting }, entry, data);
        }

        return new TrainSetup(options, InputsBuilder.Gather(model, description, data.Pair, options) with { Group = group }, data, fit, resumed, memory, warnings);
    }

    private static TrainOptions Complete(TrainOptions options, ModelEntry? entry, PreparedData data) =>
        Recipe.Complete(ModelChoice.Complete(options, entry, data.Report.Train, data.Pair.Train.Recipe), data.Pair.Train.Count);

    /// <summary>
    /// Makes the run folder, or takes the resumed run's, and writes what the data are into it. The last thing before the run, so that bad data
    /// or a misspelt name leaves none behind.
    /// </summary>
    public RunFolder MakeRun()
    {
        RunFolder run = _resumed ?? RunFolder.Create(Options.Output!, Name, Options.ExistOk);
        run.WriteText("dataset.json", _data.Report.ToJson());
        _data.Record.Write(run);
        if (Memory is not null)
        {
            run.WriteText("memory.json", JsonSerializer.Serialize(Memory, TrainingJson.Default.MemoryEstimate));
        }

        if (_fit is not null)
        {
            run.WriteText("weights.json", _fit.ToJson());
        }

        File.AppendAllText(run.File("command.txt"), (Options.CommandLine ?? "started from code") + "\n");
        return run;
    }
}
