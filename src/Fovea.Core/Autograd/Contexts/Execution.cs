namespace Fovea;

/// <summary>
/// What ops are run under: the scope that owns new tensors, whether the tape records, and who listens. It flows across await.
/// </summary>
internal sealed record Execution(TensorScope? Scope, bool GradEnabled, Graph? Trace)
{
    private static readonly AsyncLocal<Execution?> s_current = new();
    private static readonly Execution s_default = new(null, true, null);

    public static Execution Current
    {
        get => s_current.Value ?? s_default;
        set => s_current.Value = value;
    }
}
