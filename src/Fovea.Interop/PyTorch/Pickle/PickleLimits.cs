namespace Fovea.Io.PyTorch;

/// <summary>What a pickle may take. Real checkpoints stay far below; without limits a few bytes could ask for any amount of memory.</summary>
internal static class PickleLimits
{
    /// <summary>Bytes of one pickle. Tensors' values lie outside of it.</summary>
    public const int Bytes = 64 << 20;

    /// <summary>Values made, items put into containers, entries on the stack and in the memo.</summary>
    public const int Values = 4_000_000;

    /// <summary>Containers inside containers.</summary>
    public const int Depth = 100;

    /// <summary>Bytes of an integer.</summary>
    public const int IntegerBytes = 256;

    /// <summary>Bytes of the name of a module or of a function.</summary>
    public const int NameBytes = 1000;

    /// <summary>Bytes of tensors that a file may unfold to, besides <see cref="Unfolding"/> times its own: an expanded tensor stores one row.</summary>
    public const long FreeBytes = 64 << 20;

    /// <summary>Times its own size that a file may unfold to: one byte becomes eight when an int8 is widened.</summary>
    public const int Unfolding = 8;
}
