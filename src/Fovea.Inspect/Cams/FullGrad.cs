using Fovea.Layers;

namespace Fovea.Inspect;

/// <summary>
/// Full gradients: <c>M = Σ_c ψ(x ⊙ ∂s/∂x) + Σ_l Σ_c ψ(b_l ⊙ ∂s/∂z_l)</c> over all layers l that add a bias b to what becomes z on a grid:
/// convolutions, linear maps and norms of tokens, and batch norms, whose bias is <c>β − γ·mean/√(var + ε)</c>. ψ takes magnitudes, brings each
/// layer's to 0 … 1 (less the smallest, over the largest), and makes them the picture's size bilinearly. The map is of the picture's size.
/// <para>Source: Srinivas and Fleuret, "Full-Gradient Representation for Neural Network Visualization", 2019.</para>
/// </summary>
public sealed class FullGrad : IMapMethod
{
    /// <summary>What stands for a site: the map is of the whole model.</summary>
    private const string Everywhere = "all";

    /// <inheritdoc/>
    public string Name => "full-grad";

    /// <inheritdoc/>
    /// <exception cref="OptionException">No module of the model adds a bias on a grid.</exception>
    /// <exception cref="ShapeException">The model does not take such pictures, or its output holds no such target.</exception>
    public IReadOnlyList<ScalarMap> Explain(
        Module model, Tensor images, ITarget target, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        GridLayers.Check(model, images);
        var meter = new WorkMeter(progress, cancellation);
        meter.Begin(WorkStage.Running, 1);
        using var look = new ModelLook(model);
        HashSet<string> norms = [.. model.NamedModules().Where(m => m.Value is BatchNorm).Select(m => m.Name)];
        (Tensor Output, Tensor Images)? ran = null;
        LayerCalls calls = LayerCalls.Record(look, images, Run, norms.Contains);
        (Tensor output, Tensor x) = ran!.Value;
        var biased = new List<BiasedOutput>();
        foreach (LayerCall call in calls.All)
        {
            if (call.Layer is { } layer && BiasedOutput.BiasOf(call.Module) is { } bias && bias.Length == layer.Channels)
            {
                biased.Add(new BiasedOutput(layer, bias, call.Made, call.Values is { } values && BiasedOutput.IsRectified(values) ? values : null));
            }
        }

        if (biased.Count == 0)
        {
            throw new OptionException(Name, "no module of the model adds a bias on a grid over the picture; take another method.");
        }

        meter.Check();
        Tensor?[] gradients = look.Gradients(target.Score(output), [x, .. biased.Select(b => b.Made)]);
        var input = new GridLayer(Everywhere, x.Shape[1], x.Shape[2], x.Shape[3], Tokens: false, Prefix: 0);
        ScalarMap[] maps = [.. Enumerable.Range(0, x.Shape[0]).Select(n => Map(input, x, gradients, biased, n))];
        meter.End();
        return maps;

        Tensor Run(Tensor pictures)
        {
            ran = look.RunOnTape(pictures);
            return ran.Value.Output;
        }
    }

    private ScalarMap Map(GridLayer input, Tensor x, Tensor?[] gradients, List<BiasedOutput> biased, int sample)
    {
        double[] map = new double[input.Height * input.Width];
        if (gradients[0] is { } gradient)
        {
            float[] pixels = input.Planes(x, sample);
            double[] products = [.. input.Planes(gradient, sample).Select((g, i) => (double)g * pixels[i])];
            Add(map, input, input, products);
        }

        for (int i = 0; i < biased.Count; i++)
        {
            if (gradients[i + 1] is { } slope)
            {
                Add(map, input, biased[i].Layer, biased[i].Contributions(slope, sample));
            }
        }

        return new ScalarMap(Name, Everywhere, input.Height, input.Width, Array.ConvertAll(map, static v => (float)v));
    }

    /// <summary>ψ, summed over channels, added to the map.</summary>
    private void Add(double[] map, GridLayer input, GridLayer layer, double[] contributions)
    {
        double[] magnitudes = Array.ConvertAll(contributions, Math.Abs);
        double least = magnitudes.Min();
        double range = magnitudes.Max() - least;
        if (range == 0)
        {
            return;
        }

        double[] sums = new double[layer.Height * layer.Width];
        for (int i = 0; i < magnitudes.Length; i++)
        {
            sums[i % sums.Length] += (magnitudes[i] - least) / range;
        }

        ScalarMap grown = new ScalarMap(Name, layer.Name, layer.Height, layer.Width, Array.ConvertAll(sums, static v => (float)v)).ResizedTo(input.Height, input.Width);
        for (int i = 0; i < map.Length; i++)
        {
            map[i] += grown.Values[i];
        }
    }
}
