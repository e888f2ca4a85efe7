namespace Fovea.Io;

/// <summary>
/// What reading one input may cost: steps and memory in proportion to its size. What takes the same small time for every byte read needs no
/// account; whatever costs more than the bytes that ask for it (copying, hashing or comparing what is named again, walking what is shared,
/// building names, making values) is charged before it is done. The counts depend on the input alone, so that tests can hold them.
/// </summary>
/// <param name="inputBytes">How large the input is, as it lies in the file.</param>
/// <param name="error">Makes the exception of the format.</param>
internal sealed class ParseBudget(long inputBytes, Func<string, DataFormatException> error)
{
    /// <summary>Steps for each byte. Sound files need fewer than one.</summary>
    public const int StepsPerByte = 64;

    /// <summary>Steps that any input may take, some tens of milliseconds.</summary>
    public const long FreeSteps = 4 << 20;

    /// <summary>Bytes of memory for each byte: a list takes one byte of a pickle and sixty of memory.</summary>
    public const int MemoryPerByte = 64;

    /// <summary>Bytes of memory that any input may take; packed inputs need them.</summary>
    public const long FreeMemory = 32 << 20;

    // Text is hashed, compared and copied many characters at a time.
    private const int CharactersPerStep = 16;

    /// <summary>The size of the input.</summary>
    public long InputBytes => inputBytes;

    /// <summary>The most steps.</summary>
    public long MostSteps => FreeSteps + StepsPerByte * inputBytes;

    /// <summary>The most memory in bytes.</summary>
    public long MostMemory => FreeMemory + MemoryPerByte * inputBytes;

    /// <summary>Steps charged so far.</summary>
    public long Steps { get; private set; }

    /// <summary>Bytes of memory charged so far.</summary>
    public long Memory { get; private set; }

    /// <summary>A budget of the same size of which nothing is used.</summary>
    public ParseBudget Renewed() => new(inputBytes, error);

    /// <summary>Charges work: one step for each item that is looked at.</summary>
    public void Walk(long steps)
    {
        Steps += steps;
        if (Steps > MostSteps)
        {
            throw error($"reading takes more than {MostSteps:N0} steps, the limit for {inputBytes:N0} bytes; the file repeats its own parts without end");
        }
    }

    /// <summary>Charges the work of hashing, comparing or copying text.</summary>
    public void WalkText(long characters) => Walk(1 + characters / CharactersPerStep);

    /// <summary>Charges memory that is kept.</summary>
    public void Take(long bytes)
    {
        Memory += bytes;
        if (Memory > MostMemory)
        {
            throw error($"reading takes more than {MostMemory:N0} bytes of memory, the limit for {inputBytes:N0} bytes; the file repeats its own parts without end");
        }
    }
}
