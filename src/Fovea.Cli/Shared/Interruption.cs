using System.Runtime.InteropServices;

namespace Fovea.Cli;

/// <summary>
/// Ctrl-C, SIGTERM and SIGHUP (a terminal that was closed, a connection that broke): the first asks the work to stop where nothing is
/// lost, a second ends the process at once.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private static readonly PosixSignal[] s_signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>Listens until it is disposed.</summary>
    /// <param name="asked">Called at the first signal, on a thread of the runtime.</param>
    /// <param name="quitting">Called at the second, before the process ends: puts the screen in order.</param>
    public Interruption(Action asked, Action? quitting = null)
    {
        void Handle(PosixSignalContext context)
        {
            // Left uncancelled, the second signal has its usual effect.
            if (_source.IsCancellationRequested)
            {
                quitting?.Invoke();
                return;
            }

            context.Cancel = true;
            asked();
            _source.Cancel();
        }

        _registrations = [.. s_signals.Select(s => PosixSignalRegistration.Create(s, Handle))];
    }

    /// <summary>Listens for work that shows how far it is, and says "stopping" at the first signal.</summary>
    /// <param name="line">The line that shows it; null where there is none.</param>
    /// <param name="error">Where it is said then.</param>
    public static Interruption Under(LiveLine? line, TextWriter error) => new(
        () =>
        {
            if (line is null)
            {
                error.WriteLine("stopping");
            }
            else
            {
                line.WriteLine("stopping");
            }
        },
        () => line?.Dispose());

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }
}
