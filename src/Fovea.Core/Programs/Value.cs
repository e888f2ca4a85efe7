namespace Fovea.Compilation;

/// <summary>One value of a <see cref="Program"/>: an input, a constant, or an output of a step.</summary>
public sealed class Value
{
    internal Value(TensorSpec spec) => Spec = spec;

    /// <summary>Shape and element type.</summary>
    public TensorSpec Spec { get; }

    /// <summary>
    /// The numbers, of a constant; null for others. They are there while the model is compiled; afterwards only as far as an op reads them.
    /// </summary>
    public Tensor? Constant { get; internal init; }

    /// <summary>The name that a constant has in the module's state dict; null where it has none.</summary>
    public string? Name { get; internal init; }

    /// <summary>Which input of the model this is, or −1.</summary>
    public int Input { get; internal init; } = -1;

    /// <summary>The step that makes it; null for inputs and constants.</summary>
    public Step? Producer { get; internal set; }

    /// <summary>The steps that read it, once for each time they do.</summary>
    public IReadOnlyList<Step> Users => UserList;

    /// <summary>Whether the model returns it.</summary>
    public bool IsReturned { get; internal set; }

    /// <summary>Whether a single step reads it, once, and nothing else does.</summary>
    public bool HasOneUser => UserList.Count == 1 && !IsReturned;

    internal List<Step> UserList { get; } = [];
}
