using Fovea.Imaging.Codecs.Webp;
using Fovea.Testing.Mutating;

namespace Fovea.Soak.Readers;

/// <summary>Every reader of foreign bytes that Fovea has.</summary>
public static class ReaderTable
{
    public static IReadOnlyList<Reader> All { get; } =
    [
        new ImageReader("png", new PngStructure(), "png", "*.png"),
        new ImageReader("jpeg", new JpegStructure(), "jpeg", "*.jpg"),
        new UnfinishedJpegReader(),
        new ImageReader("bmp", TableStructure.Bmp, "bmp", "*.bmp"),
        new ImageReader("pnm", TextStructure.Words, "ppm", "p*"),
        new ImageReader("gif", new GifStructure(), "gif", "*.gif"),
        new ImageReader("ico", TableStructure.Ico, "ico", "*.ico"),
        new ImageReader("webp", new RiffStructure(), "webp", "*.webp", new WebpDecoder()),
        new SafetensorsReader(),
        new ShardIndexReader(),
        new CheckpointReader(),
        new DescriptionReader(),
        new NpyReader(),
        new NpzReader(),
        new PyTorchReader("pth", new ZipStructure(FileStructure.None), "*.pth"),
        new PyTorchReader("pth-legacy", FileStructure.None, "*.th"),
        new OnnxReader(),
        ArchiveReader.Tar,
        ArchiveReader.GZip,
        ArchiveReader.Zip,
        new ShardReader(),
        new TableReader(),
        new MaskReader(),
        new ColorTableReader(),
        BoxReader.Voc,
        BoxReader.Coco,
        BoxReader.Yolo,
        BoxReader.YoloNames,
        IdxReader.Pictures,
        IdxReader.Labels,
        new CifarReader(),
    ];
}
