namespace Fovea.Testing.Mutating;

/// <summary>A format whose numbers lie at fixed places, with records of one length behind them.</summary>
/// <param name="fields">The numbers.</param>
/// <param name="header">The bytes before the first record.</param>
/// <param name="record">The length of a record; 0 for none.</param>
public sealed class TableStructure(IReadOnlyList<Field> fields, int header = 0, int record = 0) : FileStructure
{
    /// <summary>BMP's file and picture headers.</summary>
    public static TableStructure Bmp { get; } = new(
        [
            .. new[] { 2, 10, 14, 18, 22, 30, 34, 46, 50, 54, 58, 62, 66 }.Select(at => new Field(at, 4, FieldForm.LittleEndian)),
            .. new[] { 26, 28 }.Select(at => new Field(at, 2, FieldForm.LittleEndian)),
        ], 54, 16);

    /// <summary>ICO: the list of pictures, and the header of a bitmap where the first one lies.</summary>
    public static TableStructure Ico { get; } = new(
        [
            .. new[] { 2, 4, 12, 28, 34, 36 }.Select(at => new Field(at, 2, FieldForm.LittleEndian)),
            .. new[] { 6, 7, 22, 23 }.Select(at => new Field(at, 1, default)),
            .. new[] { 14, 18, 26, 30, 38, 42, 54 }.Select(at => new Field(at, 4, FieldForm.LittleEndian)),
        ], 6, 16);

    /// <summary>IDX: the sizes of one or three axes.</summary>
    public static TableStructure Idx { get; } = new([.. new[] { 0, 4, 8, 12 }.Select(at => new Field(at, 4, FieldForm.BigEndian))], 16, 8);

    /// <summary>CIFAR-10's records.</summary>
    public static TableStructure Cifar { get; } = new([new(0, 1, default), new(3073, 1, default)], 0, 3073);

    public override IReadOnlyList<Field> Fields(byte[] file) => [.. fields.Where(f => f.At + f.Size <= file.Length)];

    public override IReadOnlyList<Part> Parts(byte[] file) => record == 0
        ? []
        : [.. Enumerable.Range(0, Math.Max(0, (file.Length - header) / record)).Select(i => new Part(header + i * record, record))];
}
