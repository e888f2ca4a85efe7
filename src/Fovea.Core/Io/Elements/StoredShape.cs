namespace Fovea.Io;

/// <summary>Turns the lengths that a file states into a shape, with every product checked.</summary>
internal static class StoredShape
{
    /// <summary>The most axes that a file may give a tensor, as in NumPy and PyTorch.</summary>
    public const int MaxRank = 64;

    /// <summary>The shape of the given lengths, if a tensor of it can exist.</summary>
    /// <param name="lengths">The lengths as stated.</param>
    /// <param name="type">The stored element type.</param>
    /// <param name="shape">The shape.</param>
    /// <param name="problem">What is wrong, to follow the name of the tensor in a message.</param>
    public static bool TryCreate(ReadOnlySpan<long> lengths, StoredType type, out Shape shape, out string problem)
    {
        shape = default;
        problem = string.Empty;
        if (lengths.Length > MaxRank)
        {
            problem = $"has {lengths.Length} axes; expected at most {MaxRank}";
            return false;
        }

        Span<int> axes = stackalloc int[lengths.Length];
        long elements = 1;
        for (int i = 0; i < lengths.Length; i++)
        {
            if (lengths[i] is < 0 or > int.MaxValue || (elements *= lengths[i]) > int.MaxValue)
            {
                problem = $"has the shape [{string.Join(", ", lengths.ToArray())}]; expected lengths of at least 0 and at most {int.MaxValue} elements";
                return false;
            }

            axes[i] = (int)lengths[i];
        }

        long bytes = elements * Math.Max(type.Size(), type.Target().Size());
        if (bytes > Array.MaxLength)
        {
            problem = $"takes {bytes:N0} bytes; a tensor holds at most {Array.MaxLength:N0}";
            return false;
        }

        shape = new Shape(axes);
        return true;
    }
}
