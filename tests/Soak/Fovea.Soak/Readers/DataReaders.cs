using System.Buffers.Binary;
using System.Text;
using Fovea.Imaging;
using Fovea.Testing.Mutating;
using Fovea.Training.Data;

namespace Fovea.Soak.Readers;

/// <summary>A table of paths and labels.</summary>
public sealed class TableReader() : DataReader("csv", TextStructure.Csv, "list.csv")
{
    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            "path,label,split\n\"a,1.png\",cat,train\na/2.png,\"do\"\"g\",val\r\n3.png,\"do\"\"g\",train\n3.png,cat,val\n",
            "3.png;1\na/2.png;2\na,1.png;1\na/2.png;1\n3.png;2\n",
            "\uFEFFimage\tclass\n3.png\t0\na/2.png\t1\n3.png\t1\na/2.png\t0\n",
            "label,path\ncat,3.png\ncat,./a/2.png\nLöwe,\"a,1.png\"\nLöwe,3.png\ncat,a/../3.png",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    protected override IEnumerable<(string Path, byte[] Content)> Others =>
        [("a,1.png", Goldens.Picture(1)), ("a/2.png", Goldens.Picture(2)), ("3.png", Goldens.Picture(3))];
}

/// <summary>A mask beside its picture.</summary>
public sealed class MaskReader() : DataReader("mask", new PngStructure(), "masks/0.png")
{
    public override IReadOnlyList<byte[]> Seeds { get; } = [Goldens.Mask(0), Goldens.Mask(7), .. ImageReader.Pictures("png", "palette*-13x11.png")];

    protected override string Opened => string.Empty;

    protected override IEnumerable<(string Path, byte[] Content)> Others =>
        Enumerable.Range(0, 3).SelectMany(i => new[] { ($"images/{i}.png", Goldens.Picture(i)), ($"masks/{i}.png", Goldens.Mask(i)) });
}

/// <summary>A table that says what the colours of masks mean.</summary>
public sealed class ColorTableReader() : Reader("mask-colors", new TextStructure("\n, "))
{
    private const string File = "colors.txt";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            "128 64 128 road\n# what is far\n#4682b4 sky # and clouds\n0,0,0,void\n",
            "name,r,g,b\ntraffic light,250,170,30\nroad,128,64,128\n",
            string.Join('\n', MaskColorTable.Read("cityscapes").Lines),
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public override long Read(byte[] file, string folder)
    {
        string path = Path.Combine(Directory.CreateDirectory(folder).FullName, File);
        System.IO.File.WriteAllBytes(path, file);
        MaskColorTable table = MaskColorTable.Read(path);
        MaskColorTable again = MaskColorTable.Parse(table.Lines, File);
        return again.Classes.SequenceEqual(table.Classes)
            ? 0
            : throw new InvalidOperationException($"the table reads its own lines as {string.Join(", ", again.Classes)}, not as {string.Join(", ", table.Classes)}");
    }
}

/// <summary>MNIST's form: a file of pictures and one of labels, one of them damaged.</summary>
public sealed class IdxReader : DataReader
{
    private const string PictureFile = "train-images-idx3-ubyte";
    private const string LabelFile = "train-labels-idx1-ubyte";
    private readonly (string Path, byte[] Content) _other;

    private IdxReader(string name, string file, byte[] plain, (string, byte[]) other)
        : base(name, TableStructure.Idx, file)
    {
        Seeds = [plain, Compression.GZip(plain)];
        _other = other;
    }

    public static IdxReader Pictures { get; } = new("idx", PictureFile, MakePictures(), (LabelFile, MakeLabels()));

    public static IdxReader Labels { get; } = new("idx-labels", LabelFile, MakeLabels(), (PictureFile, MakePictures()));

    public override IReadOnlyList<byte[]> Seeds { get; }

    protected override string Opened => PictureFile;

    protected override IEnumerable<(string Path, byte[] Content)> Others => [_other];

    private static byte[] MakePictures() => [.. Header(3, 6, 3, 5), .. Enumerable.Range(0, 90).Select(i => (byte)(i * 7))];

    private static byte[] MakeLabels() => [.. Header(1, 6), 0, 1, 2, 0, 1, 2];

    private static byte[] Header(byte rank, params int[] sizes)
    {
        byte[] header = [0, 0, 8, rank, .. new byte[4 * rank]];
        for (int i = 0; i < rank; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + 4 * i), sizes[i]);
        }

        return header;
    }
}

/// <summary>CIFAR-10's binary batches.</summary>
public sealed class CifarReader() : DataReader("cifar", TableStructure.Cifar, "data_batch_1.bin")
{
    public override IReadOnlyList<byte[]> Seeds { get; } = [Records(3)];

    protected override string Opened => string.Empty;

    protected override IEnumerable<(string Path, byte[] Content)> Others => [("test_batch.bin", Records(1))];

    private static byte[] Records(int count) =>
        [.. Enumerable.Range(0, count).SelectMany(i => Enumerable.Range(0, 3073).Select(at => (byte)(at == 0 ? i : at * i)))];
}
