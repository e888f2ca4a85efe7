namespace Fovea;

/// <summary>What modules show of their calls to whoever looks, in the order in which it is made.</summary>
internal sealed class Publications
{
    private static readonly AsyncLocal<Publications?> s_current = new();

    /// <summary>Where things are shown; null where nobody looks.</summary>
    public static Publications? Current
    {
        get => s_current.Value;
        set => s_current.Value = value;
    }

    /// <summary>What was shown so far.</summary>
    public List<(Module Module, IPublished What)> All { get; } = [];

    /// <summary>A share in a tensor's memory, beyond its scope and off the tape; in a formula that is kept, the tensor itself.</summary>
    public static Tensor Share(Tensor tensor) =>
        Execution.Current.Trace is { IsFormula: true, IsWritten: false } ? tensor : TensorScope.Detach(tensor.Detach());
}

/// <summary>One thing that a module shows.</summary>
internal interface IPublished
{
    /// <summary>The tensor that it is; null when it is more than one.</summary>
    Tensor? Shown { get; }

    /// <summary>The same thing of another tensor.</summary>
    IPublished Showing(Tensor tensor);
}
