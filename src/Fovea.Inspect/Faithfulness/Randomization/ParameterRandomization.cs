namespace Fovea.Inspect;

/// <summary>
/// The sanity check of maps: weights are drawn anew layer by layer from the top, each stage on top of those before, and the map is compared with that of the
/// trained model by Spearman's ρ. A map that explains the model must change: at the end it knows nothing of what was learnt. Adebayo et al., "Sanity
/// checks for saliency maps", 2018.
/// </summary>
/// <remarks>
/// Weights come from the model's own initialisation; a parameter that it leaves as it was (of a model without one, such as an ONNX file's) is drawn from a normal
/// distribution of the parameter's mean and deviation. Norms forget their running statistics. While it runs nobody else may use the model; afterwards its
/// state is what it was, bit for bit.
/// </remarks>
public static class ParameterRandomization
{
    // Few enough for the gradients of large pictures.
    private const int Batch = 8;

    /// <summary>The layers of a model from the top: its children, sequences layer by layer, at last what is the model's own.</summary>
    public static IReadOnlyList<string> Layers(Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        List<string> layers = [.. Below(string.Empty, model).Reverse()];
        return model.OwnParameters.Count > 0 ? [.. layers, string.Empty] : layers;
    }

    /// <summary>Runs it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="samples">Pictures, with what is explained of each.</param>
    /// <param name="methods">What makes the maps.</param>
    /// <param name="seed">What the weights are drawn from.</param>
    /// <param name="progress">Told of each stage.</param>
    /// <param name="cancellation">Stops between two maps; the model's state is put back.</param>
    /// <returns>For each method its way down.</returns>
    public static IReadOnlyList<RandomizationCascade> Run(
        Module model, IReadOnlyList<FaithfulnessSample> samples, IReadOnlyList<IMapMethod> methods, ulong seed = 0,
        IProgress<FaithfulnessProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(methods);
        IReadOnlyList<string> layers = Layers(model);
        using var trained = new ModelSnapshot(model);
        try
        {
            using ModelSnapshot drawn = trained.DrawnAnew(new Generator(seed).Fork("randomization"));
            trained.Restore();
            ScalarMap[][] original = Maps(model, samples, methods, cancellation);
            var stages = new List<RandomizationStage>[methods.Count];
            for (int m = 0; m < stages.Length; m++)
            {
                stages[m] = [];
            }

            for (int i = 0; i < layers.Count; i++)
            {
                progress?.Report(new FaithfulnessProgress($"weights drawn anew down to {Title(layers[i])}", i, layers.Count));
                drawn.Restore(Owns(layers, i));
                ScalarMap[][] maps = Maps(model, samples, methods, cancellation);
                for (int m = 0; m < stages.Length; m++)
                {
                    stages[m].Add(new RandomizationStage(Title(layers[i]), [.. original[m].Zip(maps[m], RankCorrelation.Spearman)]));
                }
            }

            return [.. methods.Select((m, i) => new RandomizationCascade(m.Name, stages[i]))];
        }
        finally
        {
            trained.Restore();
        }
    }

    private static string Title(string layer) => layer.Length == 0 ? "the model's own" : layer;

    // A name belongs to the longest layer that it begins with; what belongs to none is the model's own.
    private static Func<string, bool> Owns(IReadOnlyList<string> layers, int index)
    {
        string layer = layers[index];
        return layer.Length > 0
            ? name => name.StartsWith($"{layer}.", StringComparison.Ordinal)
            : name => !layers.Any(l => l.Length > 0 && name.StartsWith($"{l}.", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Below(string prefix, Module module)
    {
        foreach ((string name, Module child) in module.Children)
        {
            string path = prefix.Length == 0 ? name : $"{prefix}.{name}";
            if (child is Layers.Sequential)
            {
                foreach (string found in Below(path, child))
                {
                    yield return found;
                }
            }
            else if (child.NamedParameters().Any())
            {
                yield return path;
            }
        }
    }

    private static ScalarMap[][] Maps(
        Module model, IReadOnlyList<FaithfulnessSample> samples, IReadOnlyList<IMapMethod> methods, CancellationToken cancellation)
    {
        var maps = new ScalarMap[methods.Count][];
        for (int m = 0; m < maps.Length; m++)
        {
            var made = new List<ScalarMap>();
            while (made.Count < samples.Count)
            {
                cancellation.ThrowIfCancellationRequested();
                using TensorScope scope = TensorScope.Begin();
                FaithfulnessSample[] some = Together(samples, made.Count);
                made.AddRange(methods[m].Explain(
                    model, Tensor.Concat([.. some.Select(static s => s.Image)], 0), new FixedTarget([.. some.Select(static s => s.Explained)]), null, cancellation));
            }

            maps[m] = [.. made];
        }

        return maps;
    }

    // Pictures of one size that go through the model together, with a target of its own for each.
    private static FaithfulnessSample[] Together(IReadOnlyList<FaithfulnessSample> samples, int start) =>
        [.. samples.Skip(start).Take(Batch).TakeWhile(s => s.Image.Shape == samples[start].Image.Shape)];
}

/// <summary>How much of a map's order is left after the weights of a layer, and of all above it, were drawn anew.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Correlations">Spearman's ρ with the map of the trained model, one a picture.</param>
public sealed record RandomizationStage(string Layer, IReadOnlyList<double> Correlations);

/// <summary>A method's way from the trained model to one of chance.</summary>
/// <param name="Method">The method.</param>
/// <param name="Stages">From the top layer down.</param>
public sealed record RandomizationCascade(string Method, IReadOnlyList<RandomizationStage> Stages);
