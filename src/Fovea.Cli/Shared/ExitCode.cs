using Fovea.Distributed;
using Fovea.Imaging;
using Fovea.Io;
using Fovea.Training;

namespace Fovea.Cli;

/// <summary>What the process answers.</summary>
public static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>A check failed.</summary>
    public const int CheckFailed = 1;

    /// <summary>Wrong use: a flag, a name or an option.</summary>
    public const int WrongUse = 2;

    /// <summary>Bad input data.</summary>
    public const int BadData = 3;

    /// <summary>Training diverged.</summary>
    public const int Diverged = 4;

    /// <summary>The disk refused.</summary>
    public const int Disk = 5;

    /// <summary>More memory is needed than there is.</summary>
    public const int Memory = 6;

    /// <summary>One of several processes is gone, or did not answer.</summary>
    public const int RankLost = 7;

    /// <summary>Interrupted by the user.</summary>
    public const int Interrupted = 130;

    /// <summary>The code for an error that a user can cause; null for a defect, which is shown in full.</summary>
    public static int? Of(Exception error) => error switch
    {
        OperationCanceledException => Interrupted,
        DivergedException => Diverged,
        RankLostException => RankLost,
        MemoryException or OutOfMemoryException => Memory,
        OptionException or ShapeException or DTypeException => WrongUse,
        DataFormatException or ImageException or SourceException => BadData,
        FileNotFoundException or DirectoryNotFoundException => BadData,
        IOException or UnauthorizedAccessException => Disk,
        FoveaException => WrongUse,
        _ => null,
    };
}
