namespace Fovea.Io;

/// <summary>The disk has no room for a file. What the file held before is untouched.</summary>
public sealed class DiskFullException : IOException
{
    /// <summary>Creates the error.</summary>
    /// <param name="path">The file that was to be written.</param>
    /// <param name="neededBytes">Bytes that the whole file takes, or that were written before the disk was full.</param>
    /// <param name="freeBytes">Bytes that the disk had left; negative when the system would not say.</param>
    /// <param name="inner">The error of the system, if one came.</param>
    public DiskFullException(string path, long neededBytes, long freeBytes, Exception? inner = null)
        : base(Describe(path, neededBytes, freeBytes), inner)
    {
        Path = path;
        NeededBytes = neededBytes;
        FreeBytes = freeBytes;
    }

    /// <summary>The file that was to be written.</summary>
    public string Path { get; }

    /// <summary>Bytes that the whole file takes or, where that was not known, that were written before the disk was full.</summary>
    public long NeededBytes { get; }

    /// <summary>Bytes that the disk had left; negative when the system would not say.</summary>
    public long FreeBytes { get; }

    private static string Describe(string path, long needed, long free)
    {
        string left = free < 0 ? "the disk is full" : $"the disk has {free:N0} left";
        return $"{path}: needs at least {needed:N0} bytes and {left}. Free some space or write elsewhere; the file is as it was before.";
    }
}
