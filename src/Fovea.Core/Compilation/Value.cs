namespace Fovea.Compilation;

/// <summary>One value of a <see cref="Program"/>: an input, a constant, or an output of a step.</summary>
internal sealed class Value(TensorSpec spec)
{
    public TensorSpec Spec { get; } = spec;

    /// <summary>The values, of a constant.</summary>
    public Tensor? Constant { get; init; }

    /// <summary>Which input of the model this is, or −1.</summary>
    public int Input { get; init; } = -1;

    /// <summary>The step that makes it; null for inputs and constants.</summary>
    public Step? Producer { get; set; }

    /// <summary>The steps that read it, once for each time they do.</summary>
    public List<Step> Users { get; } = [];

    /// <summary>Whether the model returns it.</summary>
    public bool IsReturned { get; set; }

    /// <summary>Whether a single step reads it, once, and nothing else does.</summary>
    public bool HasOneUser => Users.Count == 1 && !IsReturned;
}
