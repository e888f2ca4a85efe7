using System.Runtime.InteropServices;

namespace Fovea.Cli;

/// <summary>
/// Ctrl-C and SIGTERM: the first asks the work to stop where nothing is lost, a second ends the process at once.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>Listens until it is disposed.</summary>
    /// <param name="asked">Called at the first signal, on a thread of the runtime.</param>
    public Interruption(Action asked)
    {
        void Handle(PosixSignalContext context)
        {
            // Left uncancelled, the second signal has its usual effect.
            if (_source.IsCancellationRequested)
            {
                return;
            }

            context.Cancel = true;
            asked();
            _source.Cancel();
        }

        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle)];
    }

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
