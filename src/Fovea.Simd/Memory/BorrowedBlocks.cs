namespace Fovea.Simd.Memory;

/// <summary>
/// Two blocks over memory that the caller holds, for code that works on blocks to read and write it where it lies. The memory need not
/// be aligned, and it is theirs only while <see cref="Run"/> runs. Not thread-safe.
/// </summary>
public sealed unsafe class BorrowedBlocks
{
    /// <summary>What is read.</summary>
    public AlignedBlock Input { get; } = new();

    /// <summary>What is written.</summary>
    public AlignedBlock Output { get; } = new();

    /// <summary>Puts the blocks over the caller's memory and runs.</summary>
    /// <param name="input">To read.</param>
    /// <param name="output">To write.</param>
    /// <param name="run">Uses the blocks, and keeps nothing of them.</param>
    public void Run<T>(ReadOnlySpan<T> input, Span<T> output, Action run)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(run);
        fixed (T* x = input, y = output)
        {
            // An empty span has no place; a block must have one.
            T nothing = default;
            Input.Borrow(x is null ? &nothing : x, (long)input.Length * sizeof(T));
            Output.Borrow(y is null ? &nothing : y, (long)output.Length * sizeof(T));
            try
            {
                run();
            }
            finally
            {
                Input.Borrow(null, 0);
                Output.Borrow(null, 0);
            }
        }
    }
}
