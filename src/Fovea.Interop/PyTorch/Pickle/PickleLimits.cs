namespace Fovea.Io.PyTorch;

/// <summary>
/// What a pickle may take, beside its <see cref="ParseBudget"/>. Real checkpoints stay far below; without limits a few bytes could ask
/// for any amount of memory.
/// </summary>
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

    /// <summary>Characters of the name of a class or a function, and of a storage.</summary>
    public const int NameBytes = 1000;

    /// <summary>Bytes of tensors that a file may unfold to, besides <see cref="Unfolding"/> times its own: an expanded tensor stores one row.</summary>
    public const long FreeBytes = 64 << 20;

    /// <summary>Times its own size that a file may unfold to: one byte becomes eight when an int8 is widened.</summary>
    public const int Unfolding = 8;

    // What values take in memory, rounded up, with the growth of the lists that hold them.

    /// <summary>A place on the stack.</summary>
    public const int SlotBytes = 16;

    /// <summary>A number or the head of a text.</summary>
    public const int ScalarBytes = 48;

    /// <summary>A list, a tuple, a set, a dictionary or an object without what is in it.</summary>
    public const int ContainerBytes = 72;

    /// <summary>A place in a list, a tuple or a set.</summary>
    public const int ItemBytes = 16;

    /// <summary>A key and its value, or a place in the memo.</summary>
    public const int EntryBytes = 96;

    /// <summary>A tensor before its values are read, or a storage.</summary>
    public const int TensorBytes = 400;
}
