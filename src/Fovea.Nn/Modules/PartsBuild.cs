using System.Runtime.ExceptionServices;

namespace Fovea;

/// <summary>
/// Runs a module's <see cref="Module.Build"/> once, for whoever needs the parts first: other threads wait, a failure stays and is thrown
/// again. Nothing of the place of first need gets into the parts: no trace records them, no scope owns them, and they draw first values
/// if they would have done so where the module was made.
/// </summary>
internal sealed class PartsBuild
{
    private readonly bool _defersDrawing = Initialization.IsDeferred;
    private readonly Lock _gate = new();
    private volatile bool _isDone;
    private bool _isRunning;
    private ExceptionDispatchInfo? _failure;

    public void Ensure(Module module)
    {
        if (!_isDone)
        {
            Run(module);
        }
    }

    private void Run(Module module)
    {
        lock (_gate)
        {
            _failure?.Throw();
            if (_isDone || _isRunning)
            {
                // While it runs, only its own thread comes here, from Register and the like.
                return;
            }

            _isRunning = true;
            Execution before = Execution.Current;
            try
            {
                Execution.Current = before with { Trace = null };
                using IDisposable drawing = Initialization.DeferWhen(_defersDrawing);
                using TensorScope scope = TensorScope.Begin();
                module.Build();
                _isDone = true;
            }
            catch (Exception e)
            {
                _failure = ExceptionDispatchInfo.Capture(e);
                throw;
            }
            finally
            {
                Execution.Current = before;
                _isRunning = false;
            }
        }
    }
}
