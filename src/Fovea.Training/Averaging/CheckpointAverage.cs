using Fovea.Io;
using Fovea.Simd.Drivers;

namespace Fovea.Training;

/// <summary>
/// Averages weights of one model: the last checkpoints of a run (stochastic weight averaging, Izmailov et al. 2018), or the ends of several runs that began
/// with the same weights (model soups, Wortsman et al. 2022), all of them or greedily.
/// </summary>
/// <example>
/// <code>
/// AverageResult result = CheckpointAverage.Make(new AverageOptions { Inputs = ["runs/classify/photos"], Last = 5, Data = "photos", Output = "average.safetensors" });
/// </code>
/// </example>
public static class CheckpointAverage
{
    private const string Extension = ".safetensors";

    /// <summary>
    /// Averages, takes the statistics of batch norms anew where there are data, measures, and writes the file. A greedy average begins with the weights that
    /// are best alone and takes each next one in if the validation result does not become worse.
    /// </summary>
    /// <param name="options">What to average, and with what data.</param>
    /// <param name="progress">Is told how far passes over the data are.</param>
    /// <param name="cancellation">Stops it; no file is written.</param>
    /// <exception cref="OptionException">An option does not fit, or there are less than two files.</exception>
    /// <exception cref="DataFormatException">A file cannot be read, or is of another model than the first.</exception>
    /// <exception cref="Data.DataException">The data cannot be used.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static AverageResult Make(AverageOptions options, IProgress<TrainingEvent>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        Check(options);
        ParallelPool.Threads = options.Threads ?? ParallelPool.Threads;
        IReadOnlyList<string> files = AverageMember.Find(options);
        using TensorScope scope = TensorScope.Begin();
        WeightsContent first = ModelWeights.Read(files[0], cancellation: cancellation);
        ModelDescription? description = first.Description;
        if (description is null && options.Data is not null)
        {
            throw new OptionException("data", $"{files[0]} does not say what its model is, which has to be built for data; give weights of runs, or leave --data out.");
        }

        using var sum = new WeightSum();
        Module? model = options.Data is null ? null : description!.Build();
        AverageData? data = model is null ? null : AverageData.Open(options, description!, AverageMember.RunOf(options), progress);
        IReadOnlyList<AveragedWeights> members = options.Greedy ? Greedy(files, first, sum, model!, data!, cancellation) : All(files, first, sum, cancellation);
        Dictionary<string, Tensor> mean = sum.Mean();
        Evaluation? evaluation = null;
        if (model is not null)
        {
            StateDict.Load(model, mean);
            if (sum.Count > 1 && NormStatistics.Has(model))
            {
                data!.Recompute(model, cancellation);
            }

            evaluation = data!.Measure(model, cancellation);
            mean = new(StateDict.Of(model));
        }

        SafetensorsFile.Write(options.Output!, mean, description?.ToMetadata() ?? new Dictionary<string, string>());
        return new AverageResult
        {
            Output = Path.GetFullPath(options.Output!),
            Members = members,
            Evaluation = evaluation,
            Metric = data?.Metric,
            Norms = model is null || sum.Count < 2 ? 0 : NormStatistics.Of(model).Count,
            Notes = Notes(model, mean),
        };
    }

    private static void Check(AverageOptions options)
    {
        if (options.Output is null || !options.Output.EndsWith(Extension, StringComparison.OrdinalIgnoreCase))
        {
            throw new OptionException("output", $"expected a file to write, such as average{Extension}, got {options.Output ?? "none"}; give --output FILE.");
        }

        if (File.Exists(options.Output) && !options.Force)
        {
            throw new OptionException("output", $"{options.Output} is there already; give another name, or --force to replace it.");
        }

        if (options.Greedy && options.Data is null)
        {
            throw new OptionException("greedy", "takes weights in by what they do for a validation result; give --data PATH as well.");
        }

        if (options.Last is < 1)
        {
            throw new OptionException("last", $"expected at least 1, got {options.Last}.");
        }
    }

    private static IReadOnlyList<AveragedWeights> All(IReadOnlyList<string> files, WeightsContent first, WeightSum sum, CancellationToken cancellation)
    {
        sum.Add(first.State);
        foreach (string path in files.Skip(1))
        {
            cancellation.ThrowIfCancellationRequested();
            using TensorScope scope = TensorScope.Begin();
            sum.Add(Read(path, files[0], first, cancellation));
        }

        return [.. files.Select(f => new AveragedWeights(f, null, true))];
    }

    private static IReadOnlyList<AveragedWeights> Greedy(
        IReadOnlyList<string> files, WeightsContent first, WeightSum sum, Module model, AverageData data, CancellationToken cancellation)
    {
        // Of equals the later file first, which has learnt longer.
        IEnumerable<(string Path, double? Score)> alone = files.Select((path, i) => (Path: path, Score: Alone(path), Place: i)).ToArray()
            .OrderByDescending(m => Goodness(m.Score)).ThenByDescending(m => m.Place).Select(m => (m.Path, m.Score));
        var members = new List<AveragedWeights>();
        double? best = null;
        foreach ((string path, double? score) in alone)
        {
            using TensorScope scope = TensorScope.Begin();
            IReadOnlyDictionary<string, Tensor> weights = Read(path, files[0], first, cancellation);
            double? reached = sum.Count == 0 ? score : Together(weights);
            bool isTaken = sum.Count == 0 || (reached is not null && !data.Metric.IsBetter(best, reached));
            if (isTaken)
            {
                sum.Add(weights);
                best = reached;
            }

            members.Add(new AveragedWeights(path, score, isTaken));
        }

        return members;

        double Goodness(double? score) => score is not { } known ? double.NegativeInfinity : data.Metric.LowerIsBetter ? -known : known;

        double? Alone(string path)
        {
            using TensorScope scope = TensorScope.Begin();
            StateDict.Load(model, Read(path, files[0], first, cancellation));
            return data.Measure(model, cancellation).Score;
        }

        double? Together(IReadOnlyDictionary<string, Tensor> weights)
        {
            StateDict.Load(model, sum.Mean(weights));
            if (NormStatistics.Has(model))
            {
                data.Recompute(model, cancellation);
            }

            return data.Measure(model, cancellation).Score;
        }
    }

    private static IReadOnlyDictionary<string, Tensor> Read(string path, string firstPath, WeightsContent first, CancellationToken cancellation)
    {
        WeightsContent weights = ModelWeights.Read(path, cancellation: cancellation);
        AverageMember.Check(path, weights, firstPath, first);
        return weights.State;
    }

    private static IReadOnlyList<string> Notes(Module? model, Dictionary<string, Tensor> mean) =>
        model is null && mean.Keys.Any(n => n.EndsWith("running_mean", StringComparison.Ordinal))
            ? ["The batch norms have the mean of the members' statistics, which are not those of the average; give --data PATH to take them anew over its training images."]
            : [];
}
