using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>Settles a comparison: opens every candidate once, completes the recipe for all alike, counts and measures what they cost, and plans who is dropped when.</summary>
internal sealed class ComparisonPlanner(ComparisonOptions options, IProgress<TrainingEvent>? progress, CancellationToken cancellation)
{
    // As the time left of a run is reckoned: an image that is judged needs no backward pass.
    private const double JudgedImage = 1 / 3.0;

    // Candidates of the same start have the same data.
    private readonly Dictionary<(string?, Preprocessing), PreparedData> _data = [];

    /// <summary>Makes the plan.</summary>
    /// <param name="asked">What was asked for, as text.</param>
    /// <exception cref="OptionException">An option does not fit, or the budget is too small.</exception>
    /// <exception cref="DataException">The data cannot be used.</exception>
    /// <exception cref="MemoryException">A candidate needs more memory than there is.</exception>
    public ComparisonPlan Make(string asked)
    {
        IReadOnlyList<Candidate> candidates = CandidateList.Of(options, cancellation);
        int baseline = Math.Max(0, candidates.ToList().FindIndex(c => c.Attention == ModelRequest.NoAttention));
        Look[] looks = [.. candidates.Select(c => LookAt(c.Options, isFirst: true))];
        progress?.Report(new ComparisonProgress($"{candidates.Count} candidates: {string.Join(", ", candidates.Select(c => c.Name))}"));
        int batch = looks.Min(l => l.Options.BatchSize!.Value);
        if (looks.Any(l => l.Options.BatchSize != batch))
        {
            // What fits for the largest is what all get.
            progress?.Report(new TrainingWarning($"{candidates[Array.FindIndex(looks, l => l.Options.BatchSize == batch)].Name} fits into the memory with batches of {batch} images: so all candidates have them."));
            looks = [.. candidates.Select(c => LookAt(c.Options with { BatchSize = batch }, isFirst: false))];
        }

        TrainOptions recipe = looks[baseline].Options;
        TrainOptions[] complete = [.. candidates.Select(c => With(c.Options, recipe))];
        StepCost[] steps = StepTimer.Measure(
            [.. complete.Select(o => (Func<TrainSetup>)(() => Open(o, null)))],
            (round, rounds) => progress?.Report(new ComparisonProgress($"measuring the steps of each candidate, round {round} of {rounds}")), cancellation);
        (int train, int validation, int batches) = (looks[baseline].TrainImages, looks[baseline].ValidationImages, looks[baseline].Batches);
        double[] epochs = [.. steps.Select(s => options.Seeds * s.Seconds / recipe.Accumulate * batches * (1 + (JudgedImage * validation / Math.Max(1, train) / recipe.ValEvery)))];
        (IReadOnlyList<int> rungs, double seconds) = Halving.Plan(recipe.Epochs!.Value, recipe.ValEvery, epochs, baseline, options.Budget?.TotalSeconds);
        return new ComparisonPlan
        {
            Asked = asked,
            Data = DatasetFactory.NameOf(options.Training.Data),
            Model = recipe.Model!,
            Task = recipe.Task!,
            Baseline = baseline,
            Seeds = [.. Enumerable.Range(0, options.Seeds).Select(i => unchecked(options.Training.Seed + (ulong)i))],
            Rungs = rungs,
            BudgetSeconds = options.Budget?.TotalSeconds,
            Engine = options.Training.Engine?.Name,
            PlannedSeconds = seconds,
            Candidates =
            [
                .. candidates.Select((c, i) => new PlannedCandidate
                {
                    Name = c.Name,
                    Key = c.Key,
                    Attention = c.Attention,
                    Options = complete[i],
                    Parameters = looks[i].Parameters,
                    MultiplyAdds = looks[i].MultiplyAdds,
                    MemoryBytes = options.Training.Engine is null ? steps[i].MemoryBytes : null,
                    StepSeconds = steps[i].Seconds,
                }),
            ],
        };
    }

    // What was left open is what train takes for the baseline.
    private static TrainOptions With(TrainOptions candidate, TrainOptions recipe) => candidate with
    {
        Task = recipe.Task,
        Epochs = recipe.Epochs,
        BatchSize = recipe.BatchSize,
        Instances = recipe.Instances,
        Optimizer = recipe.Optimizer,
        LearningRate = recipe.LearningRate,
        WeightDecay = recipe.WeightDecay,
        WarmupEpochs = recipe.WarmupEpochs,
        ClipGradient = recipe.ClipGradient,
        Output = null,
        Name = null,
        CommandLine = null,
    };

    private Look LookAt(TrainOptions asked, bool isFirst)
    {
        TrainSetup setup = Open(asked, isFirst ? progress : null);
        try
        {
            foreach (string warning in isFirst ? setup.Warnings : [])
            {
                progress?.Report(new TrainingWarning(warning));
            }

            TrainingInputs inputs = setup.Inputs;
            return new Look(
                setup.Options, Trial.Total(inputs.Model), MultiplyAdds(inputs), inputs.Train.ImagesPerEpoch, inputs.Validation!.ImagesPerEpoch,
                inputs.Train.BatchesPerEpoch);
        }
        finally
        {
            StepTimer.Release(setup.Inputs.Model);
        }
    }

    private TrainSetup Open(TrainOptions asked, IProgress<TrainingEvent>? told)
    {
        (string?, Preprocessing) start = (asked.Weights, asked.Preprocessing);
        var setup = TrainSetup.Open(asked, told, cancellation, _data.GetValueOrDefault(start));
        _data[start] = setup.Data;
        return setup;
    }

    // One image through the model as it is used, op by op: what profile counts.
    private static long MultiplyAdds(TrainingInputs inputs)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        inputs.Model.Eval();
        Size2 size = inputs.Description.ImageSize;
        Tensor image = Tensor.Zeros([1, inputs.Description.Mean.Count, size.Height, size.Width]);
        using var graph = Graph.Trace(x => [inputs.Model.Call(x[0])], image);
        return graph.Nodes.Sum(n => n.Op.Cost([.. n.Inputs.Select(i => graph.Values[i])], [.. n.Outputs.Select(i => graph.Values[i])]).MultiplyAdds);
    }

    private sealed record Look(TrainOptions Options, long Parameters, long MultiplyAdds, int TrainImages, int ValidationImages, int Batches);
}
