using System.Collections.Frozen;
using static Fovea.Imaging.Codecs.FormatSignature;

namespace Fovea.Imaging.Codecs;

// The table itself: names, endings, and how the first bytes look.
public static partial class PictureFormats
{
    internal static readonly PictureFormat Jpeg = new("JPEG", "Joint Photographic Experts Group",
        [".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".jfi", ".pjpeg", ".pjp"], b => b is [0xFF, 0xD8, 0xFF, ..]);

    internal static readonly PictureFormat Png = new("PNG", "Portable Network Graphics",
        [".png", ".apng"], b => b is [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, ..]);

    internal static readonly PictureFormat Bmp = new("BMP", "Windows bitmap", [".bmp", ".dib"], b => b.StartsWith("BM"u8));

    internal static readonly PictureFormat Netpbm = new("Netpbm", "portable bitmap, graymap or pixmap",
        [".ppm", ".pgm", ".pbm", ".pnm"], IsNetpbm);

    internal static readonly PictureFormat Gif = new("GIF", "Graphics Interchange Format", [".gif"], b => b.StartsWith("GIF87a"u8) || b.StartsWith("GIF89a"u8));

    internal static readonly PictureFormat Ico = new("ICO", "Windows icon or cursor", [".ico", ".cur"], b => b is [0, 0, 1 or 2, 0, not 0, 0, ..]);

    /// <summary>Every format of the table, in the order in which content is compared with them.</summary>
    public static IReadOnlyList<PictureFormat> All { get; } =
    [
        Jpeg, Png, Bmp, Netpbm, Gif,
        new("WebP", "Google's web picture format", [".webp"], b => b.Length >= 12 && b.StartsWith("RIFF"u8) && b[8..].StartsWith("WEBP"u8)),
        new("AVIF", "AV1 Image File Format", [".avif", ".avifs"], b => HasBrand(b, "avif", "avis")),
        new("CR3", "Canon camera raw", [".cr3"], b => HasBrand(b, "crx ")),
        new("HEIC", "High Efficiency Image File Format", [".heic", ".heif", ".heics", ".heifs", ".hif"],
            b => HasBrand(b, "heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "mif2", "msf1")),
        new("JPEG 2000", "JP2 or its codestream", [".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx", ".jpm", ".mj2"],
            b => b is [0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A, ..] or [0xFF, 0x4F, 0xFF, 0x51, ..]),
        new("JPEG XL", "successor of JPEG", [".jxl"],
            b => b is [0xFF, 0x0A, ..] or [0, 0, 0, 0x0C, 0x4A, 0x58, 0x4C, 0x20, 0x0D, 0x0A, 0x87, 0x0A, ..]),
        new("JPEG XR", "HD Photo", [".jxr", ".wdp", ".hdp"], b => b is [0x49, 0x49, 0xBC, ..]),
        new("JPEG-LS", "lossless JPEG", [".jls"], null),

        // Most camera raws are TIFF files and are told from them by their names; these begin otherwise.
        new("CR2", "Canon camera raw", [".cr2"], b => b.Length >= 10 && b.StartsWith("II*\0"u8) && b[8..].StartsWith("CR"u8)),
        new("ORF", "Olympus camera raw", [".orf"], b => b.StartsWith("IIRO"u8) || b.StartsWith("IIRS"u8) || b.StartsWith("MMOR"u8)),
        new("RW2", "Panasonic camera raw", [".rw2", ".rwl"], b => b.StartsWith("IIU\0"u8)),
        new("RAF", "Fujifilm camera raw", [".raf"], b => b.StartsWith("FUJIFILMCCD-RAW"u8)),
        new("X3F", "Sigma camera raw", [".x3f"], b => b.StartsWith("FOVb"u8)),
        new("MRW", "Minolta camera raw", [".mrw"], b => b is [0, 0x4D, 0x52, 0x4D, ..]),
        new("TIFF", "Tagged Image File Format", [".tif", ".tiff", ".btf", ".tf8"],
            b => b.StartsWith("II*\0"u8) || b.StartsWith("MM\0*"u8) || b.StartsWith("II+\0"u8) || b.StartsWith("MM\0+"u8)),
        new("DNG", "Adobe camera raw", [".dng"], null),
        new("NEF", "Nikon camera raw", [".nef", ".nrw"], null),
        new("ARW", "Sony camera raw", [".arw", ".srf", ".sr2"], null),
        new("camera raw", "unprocessed sensor data", [".pef", ".srw", ".3fr", ".fff", ".iiq", ".dcr", ".kdc", ".erf", ".mef", ".mos"], null),

        new("PSD", "Photoshop document", [".psd", ".psb"], b => b.StartsWith("8BPS"u8)),
        new("XCF", "GIMP picture", [".xcf"], b => b.StartsWith("gimp xcf"u8)),
        new("SVG", "Scalable Vector Graphics", [".svg", ".svgz"], IsSvg),
        new("TGA", "Truevision Targa", [".tga", ".icb", ".vda", ".vst"], IsTarga),
        Ico,
        new("ICNS", "Apple icon", [".icns"], b => b.StartsWith("icns"u8)),
        new("PCX", "ZSoft Paintbrush", [".pcx", ".dcx"], b => b is [0x0A, <= 5 and not 1, 1, 1 or 2 or 4 or 8, ..]),
        new("DDS", "DirectDraw surface", [".dds"], b => b.StartsWith("DDS "u8)),
        new("KTX", "Khronos texture", [".ktx", ".ktx2"], b => b is [0xAB, 0x4B, 0x54, 0x58, 0x20, ..]),
        new("OpenEXR", "high dynamic range", [".exr"], b => b is [0x76, 0x2F, 0x31, 0x01, ..]),
        new("HDR", "Radiance high dynamic range", [".hdr", ".rgbe"], b => b.StartsWith("#?RADIANCE"u8) || b.StartsWith("#?RGBE"u8)),
        new("PAM", "portable arbitrary map", [".pam"], b => b.StartsWith("P7\n"u8)),
        new("PFM", "portable float map", [".pfm"], b => b.StartsWith("PF\n"u8) || b.StartsWith("Pf\n"u8)),
        new("QOI", "Quite OK Image", [".qoi"], b => b.StartsWith("qoif"u8)),
        new("SGI", "Silicon Graphics picture", [".sgi", ".rgb", ".rgba", ".bw"], b => b is [0x01, 0xDA, 0 or 1, 1 or 2, ..]),
        new("XBM", "X bitmap", [".xbm"], null),
        new("XPM", "X pixmap", [".xpm"], b => b.StartsWith("/* XPM */"u8)),
        new("Sun raster", "Sun Microsystems picture", [".ras", ".sun"], b => b is [0x59, 0xA6, 0x6A, 0x95, ..]),
        new("DICOM", "medical picture", [".dcm", ".dicom"], b => b.Length >= 132 && b[128..].StartsWith("DICM"u8)),
        new("NIfTI", "medical volume", [".nii"], b => b.Length >= 348 && (b[344..].StartsWith("n+1\0"u8) || b[344..].StartsWith("ni1\0"u8))),
        new("FITS", "astronomical picture", [".fits", ".fit", ".fts"], b => b.StartsWith("SIMPLE  ="u8)),
        new("BPG", "Better Portable Graphics", [".bpg"], b => b is [0x42, 0x50, 0x47, 0xFB, ..]),
        new("FLIF", "Free Lossless Image Format", [".flif"], b => b.StartsWith("FLIF"u8)),
        new("MNG", "Multiple-image Network Graphics", [".mng", ".jng"],
            b => b is [0x8A or 0x8B, 0x4D or 0x4A, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, ..]),
    ];

    // Behind the table, for fields are set in the order of the text.
    private static readonly FrozenDictionary<string, PictureFormat> s_byEnding =
        All.SelectMany(f => f.Endings, (f, e) => KeyValuePair.Create(e, f)).ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
}
