using System.Net;

namespace Fovea.Studio;

/// <summary>How a studio is served, and what it may open.</summary>
public sealed record StudioOptions
{
    /// <summary>The address that it listens on; default the loopback address, where only this machine's programs reach it.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port, 0 for any that is free; default 8765.</summary>
    public int Port { get; init; } = 8765;

    /// <summary>The folder that models and runs are opened from, and nothing outside of it; default the current one.</summary>
    public string Folder { get; init; } = Environment.CurrentDirectory;

    /// <summary>Weights that the page opens first, a file or the folder of a run, inside <see cref="Folder"/> or not, or another source (<see cref="Io.WeightsSources"/>); null for the model that is shipped.</summary>
    public string? Model { get; init; }

    /// <summary>A model of the catalogue: the one that <see cref="Model"/> are weights of, where they do not say; alone it is opened first, with drawn weights.</summary>
    public string? Catalogue { get; init; }

    /// <summary>A picture that the page offers first; null for the samples alone.</summary>
    public string? Image { get; init; }

    /// <summary>Bytes of all open sessions together, in which the maps are; past it the least recently used goes. Default 512 MB.</summary>
    public long MaxSessionBytes { get; init; } = 512L << 20;

    /// <summary>Sessions that are open at a time; default 64.</summary>
    public int MaxSessions { get; init; } = 64;

    /// <summary>A session that nobody used for so long is closed, and so is what was opened for a first page that nobody asked for; default half an hour. Open pages use theirs.</summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Models that are open at a time; default 8.</summary>
    public int MaxModels { get; init; } = 8;

    /// <summary>Bytes of one upload; default 20 MB.</summary>
    public long MaxUploadBytes { get; init; } = 20L << 20;

    /// <summary>Pixels of one picture; default 40 million.</summary>
    public long MaxPixels { get; init; } = 40_000_000;
}
