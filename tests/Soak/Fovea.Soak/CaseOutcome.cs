using Fovea.Soak.Readers;

namespace Fovea.Soak;

/// <summary>What became of one file.</summary>
/// <param name="Error">What was raised, or null when the file was read well.</param>
/// <param name="Bytes">The managed memory that was allocated, and the native memory that the tensors hold.</param>
/// <param name="Milliseconds">The time that the thread computed.</param>
public readonly record struct CaseOutcome(Exception? Error, long Bytes, double Milliseconds)
{
    /// <summary>Reads a file once.</summary>
    public static CaseOutcome Of(Reader reader, byte[] file, string folder)
    {
        using var scope = TensorScope.Begin();
        long before = GC.GetAllocatedBytesForCurrentThread(), native = 0;
        double start = ThreadTime.Milliseconds;
        Exception? raised = null;
        try
        {
            native = reader.Read(file, folder);
        }
        catch (Exception error)
        {
            // Whatever it is: what may not be raised is reported with the file.
            raised = error;
        }

        return new(raised, native + GC.GetAllocatedBytesForCurrentThread() - before, ThreadTime.Milliseconds - start);
    }

    /// <summary>The lesser of two readings: the first may have paid for what is made once in a process, or for a collection of garbage.</summary>
    public CaseOutcome Best(CaseOutcome again) => this with { Bytes = Math.Min(Bytes, again.Bytes), Milliseconds = Math.Min(Milliseconds, again.Milliseconds) };
}
