using Fovea.Attention;
using Fovea.Io;

namespace Fovea.Training;

/// <summary>One of the things that are compared.</summary>
/// <param name="Name">What people read: <c>se</c>, <c>se from resnet18</c>.</param>
/// <param name="Key">The same for folders: <c>se</c>, <c>se-from-resnet18</c>.</param>
/// <param name="Attention">The mechanism, or "none".</param>
/// <param name="Options">The options of a run of it, with ends that may be open.</param>
internal sealed record Candidate(string Name, string Key, string Attention, TrainOptions Options);

/// <summary>Makes the candidates of what was asked for.</summary>
internal static class CandidateList
{
    /// <summary>Each mechanism from each start, start by start.</summary>
    /// <exception cref="OptionException">A start does not fit.</exception>
    /// <exception cref="FileNotFoundException">A start is not there.</exception>
    /// <exception cref="DataFormatException">A file of weights cannot be read.</exception>
    public static IReadOnlyList<Candidate> Of(ComparisonOptions options, CancellationToken cancellation)
    {
        if (options.Starts.Count == 0)
        {
            return [.. options.Attention.Select(key => new Candidate(key, key, key, With(options.Training, key)))];
        }

        if (options.Starts.FirstOrDefault(s => s != ComparisonOptions.RandomStart && !WeightsSources.MayExist(s)) is { } missing)
        {
            throw new FileNotFoundException($"start: there is no file \"{missing}\"; give {ComparisonOptions.RandomStart}, a file of weights, the folder of a run, or hf:owner/name.");
        }

        string[] labels = [.. options.Starts.Select(Label)];
        return
        [
            .. options.Starts.SelectMany((start, i) =>
            {
                // Two files of one name are told apart by their place.
                string label = labels.Count(l => l == labels[i]) > 1 ? $"{labels[i]}-{i + 1}" : labels[i];
                TrainOptions from = start == ComparisonOptions.RandomStart ? Random(options, cancellation) : options.Training with { Weights = start };
                return options.Attention.Select(key => new Candidate($"{key} from {label}", $"{key}-from-{label}", key, With(from, key)));
            }),
        ];
    }

    private static TrainOptions With(TrainOptions options, string attention) => attention == ModelRequest.NoAttention
        ? options with { Attention = attention, AttentionOptions = new Dictionary<string, string>(), AttentionAt = null }
        : options with
        {
            Attention = attention,
            AttentionOptions = options.AttentionOptions.Where(o => Catalog.Find(attention).Card.Option(o.Key) is not null).ToDictionary(o => o.Key, o => o.Value),
        };

    // The same network on the same images as from the first file: what differs is what it knows.
    private static TrainOptions Random(ComparisonOptions options, CancellationToken cancellation)
    {
        TrainOptions training = options.Training;
        if (options.Starts.FirstOrDefault(s => s != ComparisonOptions.RandomStart) is not { } file)
        {
            return training;
        }

        using StartingWeights weights = StartingWeights.Open(training with { Weights = file, Attention = ModelRequest.NoAttention }, null, cancellation)!;
        TrainOptions said = weights.Complete();
        string? model = weights.Architecture is null ? said.Model
            : OnnxDescription.IsFile(training.Model) ? training.Model
            : OnnxDescription.IsFile(file) ? file
            : throw new OptionException("start", $"the network of {file} came from an ONNX file; give that file with --model, so that it can be trained from random weights.");
        return training with { Model = model, WeightsSource = null, Strict = false, ImageSize = said.ImageSize, Channels = said.Channels, Preprocessing = said.Preprocessing };
    }

    // The best weights of a run are called after the run.
    private static string Label(string start)
    {
        if (start == ComparisonOptions.RandomStart)
        {
            return start;
        }

        string name = WeightsSources.LabelOf(start);
        string label = name is "best" or "last" && !WeightsSources.IsSource(start) && Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(start))) is { Length: > 0 } folder ? folder : name;
        return string.Concat(label.Select(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-'));
    }
}
