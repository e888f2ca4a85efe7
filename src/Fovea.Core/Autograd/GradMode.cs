namespace Fovea;

/// <summary>Switches the recording of the tape for a stretch of code: <c>using (GradMode.NoGrad()) { … }</c>. Flows across await.</summary>
public static class GradMode
{
    /// <summary>Whether operations on tensors that require gradients are recorded.</summary>
    public static bool IsEnabled => Execution.Current.GradEnabled;

    /// <summary>Records nothing until the returned value is disposed: for evaluation and for changing parameters.</summary>
    public static IDisposable NoGrad() => new Switch(false);

    /// <summary>Records again inside a stretch that does not.</summary>
    public static IDisposable EnableGrad() => new Switch(true);

    private sealed class Switch : IDisposable
    {
        private readonly bool _before;

        public Switch(bool enabled)
        {
            _before = Execution.Current.GradEnabled;
            if (enabled != _before && Execution.Current.Trace is { IsFormula: true })
            {
                throw new CompileException("GradMode: a formula that switches the recording of the tape cannot be kept as a list of ops.");
            }

            Execution.Current = Execution.Current with { GradEnabled = enabled };
        }

        public void Dispose() => Execution.Current = Execution.Current with { GradEnabled = _before };
    }
}
