namespace Fovea.Simd.Attention;

/// <summary>An operand of the attention kernels: a pointer and <see cref="AttentionPlace"/> resolved to it.</summary>
internal readonly unsafe struct AttentionOperand<T>(T* at, AttentionPlace place, int heads)
    where T : unmanaged
{
    /// <summary>From one position to the next.</summary>
    public nint Position { get; } = place.Position;

    /// <summary>From one feature to the next.</summary>
    public nint Feature { get; } = place.Feature;

    /// <summary>Whether there is an operand at all.</summary>
    public bool IsAbsent => at is null;

    /// <summary>The first number of a pair (sample · heads + head), at a position.</summary>
    public T* Pair(int pair, int position = 0)
    {
        int sample = pair / heads;
        return at + place.Offset + ((nint)sample * place.Batch) + ((nint)(pair - (sample * heads)) * place.Head) + (position * Position);
    }
}
