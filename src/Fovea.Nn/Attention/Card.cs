namespace Fovea.Attention;

/// <summary>What a mechanism attends over.</summary>
public enum Family
{
    /// <summary>One weight a channel.</summary>
    Channel,

    /// <summary>One weight a position.</summary>
    Spatial,

    /// <summary>Channels and positions.</summary>
    Hybrid,

    /// <summary>Pairs of positions or of channels.</summary>
    Relation,

    /// <summary>Tokens: self-attention and the models made of it.</summary>
    Transformer,
}

/// <summary>
/// All there is to say about a mechanism: the command line, the generated documentation, the tests and the studio read it from here.
/// </summary>
public sealed record Card
{
    /// <summary>The name in checkpoints, on the command line and in goldens, such as <c>cbam</c>.</summary>
    public required string Key { get; init; }

    /// <summary>The name that people use, such as "Convolutional Block Attention Module".</summary>
    public required string Name { get; init; }

    /// <summary>The title of the paper it comes from.</summary>
    public required string Paper { get; init; }

    /// <summary>The year of the paper.</summary>
    public required int Year { get; init; }

    /// <summary>What it attends over.</summary>
    public required Family Family { get; init; }

    /// <summary>The computation as one line or a few.</summary>
    public required string Formula { get; init; }

    /// <summary>Shapes in and out, such as <c>x: [N, C, H, W] → same</c>.</summary>
    public required string Shapes { get; init; }

    /// <summary>What the inputs are called, in the order of the call (default: one, <c>x</c>).</summary>
    public IReadOnlyList<string> Inputs { get; init; } = ["x"];

    /// <summary>The options with their ranges and defaults.</summary>
    public required IReadOnlyList<OptionSpec> Options { get; init; }

    /// <summary>Where paper, official code and popular ports differ, one sentence each, and which one the default follows.</summary>
    public IReadOnlyList<string> Variants { get; init; } = [];

    /// <summary>Whether the output always has the shape of the input, so that the mechanism fits any slot.</summary>
    public bool KeepsShape { get; init; } = true;

    /// <summary>The steps of the data flow, for the figure: <c>name</c> nodes joined in order; see the documentation generator.</summary>
    public IReadOnlyList<FlowStep> Flow { get; init; } = [];

    /// <summary>
    /// Values for the options without a default, given a number of channels and a map's size: how a slot, a benchmark or the generated
    /// documentation builds the mechanism when the user only says where. The default sets <c>channels</c> if there is such an option.
    /// </summary>
    public Func<SlotShape, IReadOnlyDictionary<string, object>>? Fit { get; init; }

    /// <summary>The option of that name, or null.</summary>
    public OptionSpec? Option(string name) => Options.FirstOrDefault(o => o.Name == name);
}

/// <summary>The place in a model where a mechanism is put.</summary>
/// <param name="Channels">Channels of the map.</param>
/// <param name="Height">Height of the map, for mechanisms that are tied to a size.</param>
/// <param name="Width">Width of the map.</param>
public readonly record struct SlotShape(int Channels, int Height, int Width)
{
    internal SlotShape(int channels, Size2 size)
        : this(channels, size.Height, size.Width)
    {
    }
}

/// <summary>One box of the data-flow figure.</summary>
/// <param name="Id">A name for <see cref="From"/> of later steps; <c>x</c> is the input.</param>
/// <param name="Label">What stands in the box, such as <c>GAP</c> or <c>1×1 → C/r</c>.</param>
/// <param name="From">The steps whose results it takes.</param>
public sealed record FlowStep(string Id, string Label, params string[] From);
