using System.Globalization;
using BitMiracle.LibTiff.Classic;

namespace Fovea.Imaging.Codecs.Tiff;

/// <summary>The library's complaints about one file. The library has one listener for all files, which gives each its own.</summary>
internal sealed class TiffMessages
{
    static TiffMessages() => BitMiracle.LibTiff.Classic.Tiff.SetErrorHandler(new Listener());

    /// <summary>The first complaint; null when there is none.</summary>
    public string? First { get; private set; }

    private void Add(string format, object[] args) => First ??= string.Format(CultureInfo.InvariantCulture, format.Replace("%s", "{0}", StringComparison.Ordinal), args);

    // What other users of the library in the program read stays as the library has it.
    private sealed class Listener : TiffErrorHandler
    {
        public override void ErrorHandler(BitMiracle.LibTiff.Classic.Tiff tif, string method, string format, params object[] args)
        {
            if (tif?.Clientdata() is not TiffMessages)
            {
                base.ErrorHandler(tif!, method, format, args);
            }
        }

        public override void ErrorHandlerExt(BitMiracle.LibTiff.Classic.Tiff tif, object clientData, string method, string format, params object[] args)
        {
            if (clientData is TiffMessages own)
            {
                own.Add(format, args);
            }
        }

        public override void WarningHandler(BitMiracle.LibTiff.Classic.Tiff tif, string method, string format, params object[] args)
        {
            if (tif?.Clientdata() is not TiffMessages)
            {
                base.WarningHandler(tif!, method, format, args);
            }
        }
    }
}
