namespace Fovea.Testing.Mutating;

/// <summary>What a mutator knows of a format: where its numbers and its parts lie, and how its checksums are made. This one knows nothing.</summary>
public class FileStructure
{
    /// <summary>Bytes without a structure.</summary>
    public static FileStructure None { get; } = new();

    /// <summary>The lengths, counts, sizes and kinds in a file, as far as it can still be followed.</summary>
    public virtual IReadOnlyList<Field> Fields(byte[] file) => [];

    /// <summary>The segments that a file is made of: chunks, members, lines.</summary>
    public virtual IReadOnlyList<Part> Parts(byte[] file) => [];

    /// <summary>Makes the checksums (and the lengths that depend on nothing else) right again, so that damage gets behind them.</summary>
    /// <param name="file">May be changed in place.</param>
    public virtual byte[] Mend(byte[] file) => file;

    /// <summary>Damages what is packed inside, and packs it again; null when nothing is.</summary>
    /// <param name="file">Sound, or nearly.</param>
    /// <param name="random">Chooses what.</param>
    public virtual byte[]? Repack(byte[] file, Random random) => null;
}

/// <summary>A segment of a file.</summary>
public readonly record struct Part(int At, int Length);

/// <summary>A number in a file.</summary>
/// <param name="At">Its first byte.</param>
/// <param name="Size">Its bytes: at most 8 unless it is a text.</param>
/// <param name="Form">How it is written.</param>
public readonly record struct Field(int At, int Size, FieldForm Form);

/// <summary>How a number is written in a file.</summary>
public enum FieldForm
{
    LittleEndian,
    BigEndian,

    /// <summary>Octal digits, as in a tar header.</summary>
    Octal,
}
