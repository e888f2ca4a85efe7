using Fovea.Attention;
using Fovea.Models;

namespace Fovea.Io;

/// <summary>The names and shapes of a model, and which of its parts they belong to: stem, classifier, mechanisms in its slots.</summary>
internal sealed class ModelOutline
{
    private readonly string[] _mechanisms;
    private readonly HashSet<string>? _head;

    private ModelOutline(Module module, IReadOnlyDictionary<string, Shape> shapes)
    {
        Shapes = shapes;
        _head = module is IHasHead network ? [.. network.HeadParameters] : null;
        HeadLayer = _head is null ? Parent(module.NamedParameters().Last().Name) : string.Empty;
        HeadWeight = module is IHasHead named ? named.HeadWeight : $"{HeadLayer}.weight";
        HeadGroup = HeadLayer.Split('.')[0];
        Stem = shapes.FirstOrDefault(s => s.Value.Rank == 4).Key;
        Positions = module is VisionTransformer ? "pos_embed" : null;
        RowsPerClass = module is IDetector detector ? shapes[$"{HeadLayer}.weight"][0] / detector.Scheme.Classes : 1;
        var mechanisms = new List<string>();
        foreach ((string name, Module part) in module.NamedModules())
        {
            if (name.Length > 0 && Catalog.OptionsOf(part) is not null && !mechanisms.Any(m => IsBelow(name, m)))
            {
                mechanisms.Add(name);
            }
        }

        _mechanisms = [.. mechanisms];
    }

    /// <summary>Every parameter and buffer by name, in the model's order, but for the counters of batch norm.</summary>
    public IReadOnlyDictionary<string, Shape> Shapes { get; }

    /// <summary>The last layer, which has a row for each class: <c>fc</c>, <c>classifier.6</c>; empty for a network that names its parameters.</summary>
    public string HeadLayer { get; }

    /// <summary>The weight whose first axis counts the classes; null where that is not known.</summary>
    public string? HeadWeight { get; }

    /// <summary>Rows of the last layer for each class: more than one where a detector has several anchors at a place.</summary>
    public int RowsPerClass { get; }

    /// <summary>The part of the model that the last layer is in: <c>fc</c>, <c>classifier</c>.</summary>
    public string HeadGroup { get; }

    /// <summary>The weight of the first convolution, which sees the images.</summary>
    public string? Stem { get; }

    /// <summary>The position embedding of a transformer, tied to the size of its images; null for other models.</summary>
    public string? Positions { get; }

    /// <summary>The outline of a module that has parameters.</summary>
    public static ModelOutline Of(Module module) => new(
        module,
        module.NamedParameters().Concat(module.NamedBuffers()).Where(t => !IsCounter(t.Name)).ToDictionary(t => t.Name, t => t.Value.Shape));

    /// <summary>Whether a name is of the part that holds the classifier.</summary>
    public bool IsHead(string name) => _head?.Contains(name) ?? IsBelow(name, HeadGroup);

    /// <summary>Whether a name is of the layer that has a row for each class.</summary>
    public bool IsHeadLayer(string name) => _head?.Contains(name) ?? IsBelow(name, HeadLayer);

    /// <summary>The mechanism that a name belongs to, or null.</summary>
    public string? MechanismOf(string name) => Array.Find(_mechanisms, m => IsBelow(name, m));

    /// <summary>Steps of batch norm, which change no result and which not every library writes.</summary>
    public static bool IsCounter(string name) => name.EndsWith("num_batches_tracked", StringComparison.Ordinal);

    /// <summary>Whether a tensor of that shape can stand for one of the model's, as it is or adapted.</summary>
    public bool Accepts(string name, Shape shape) =>
        shape == Shapes[name] || ShapeRules.All.Any(r => r.Applies(this, name, shape, Shapes[name]));

    private static bool IsBelow(string name, string part) =>
        name.Length > part.Length && name[part.Length] == '.' && name.StartsWith(part, StringComparison.Ordinal);

    private static string Parent(string name) => name[..Math.Max(0, name.LastIndexOf('.'))];
}
