using Fovea.Models;
using Fovea.Onnx;

namespace Fovea.Io;

/// <summary>A network of an ONNX file that is one of the catalogue's, whatever its writer called the weights.</summary>
/// <param name="Model">The catalogue's key.</param>
/// <param name="Names">The catalogue's names for the file's, without those of a classifier for other classes.</param>
public sealed record LayerMatch(string Model, IReadOnlyDictionary<string, string> Names)
{
    // Where the file leaves the size of images open: any that every stride divides.
    private const int UsualSize = 224;

    // Of a file's tensors, the share that a model has to explain.
    private const double LeastShare = 0.75;
    private const int HeadTensors = 2;

    /// <summary>
    /// Looks for the model of the catalogue that has the same layers in the same places: the same kinds, shapes of weights and strides, one to
    /// one. The last layer is apart, which goes with the classes; so is what the network has behind the model's.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <returns>The match; null when none has those layers.</returns>
    public static LayerMatch? Find(OnnxArchitecture network)
    {
        ArgumentNullException.ThrowIfNull(network);
        using TensorScope scope = TensorScope.Begin();
        using IDisposable deferred = Initialization.Defer();
        Size2 size = network.FixedSize ?? UsualSize;
        var input = new TensorSpec([1, network.Channels, size.Height, size.Width], DType.Float32);
        using OnnxModel module = network.Build();
        if (Layers(module, input) is not { } layers)
        {
            return null;
        }

        LayerMatch? best = null;
        foreach (ModelEntry entry in ModelCatalog.All.Where(e => MayBe(e.Key, layers)))
        {
            var options = new ModelOptions { Classes = network.Classes, InChannels = network.Channels, ImageSize = size };
            if (Layers(entry.Build(options), input) is { } own && layers.NamesIn(own) is { } names && names.Count > (best?.Names.Count ?? 0))
            {
                best = new LayerMatch(entry.Key, names);
            }
        }

        return best;
    }

    /// <summary>The file's tensors under the catalogue's names; those that have none there are left out.</summary>
    public IReadOnlyDictionary<string, Tensor> Rename(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return Names.Where(n => state.ContainsKey(n.Key)).ToDictionary(n => n.Value, n => state[n.Key]);
    }

    // Names cost no trace.
    private static bool MayBe(string model, GraphLayers layers)
    {
        int count = layers.All.Sum(l => l.Weights.Count);
        return CatalogOutlines.Of(model) is { } outline && outline.Shapes.Count <= count + HeadTensors && outline.Shapes.Count >= LeastShare * count;
    }

    private static GraphLayers? Layers(Module module, TensorSpec input)
    {
        try
        {
            module.Eval();
            using Graph graph = module.Trace(input);
            return GraphLayers.Of(graph);
        }
        catch (Exception error) when (error is CompileException or ShapeException)
        {
            // A network that asks for other images, or computes with values.
            return null;
        }
    }
}
