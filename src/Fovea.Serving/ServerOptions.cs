using System.Net;

namespace Fovea.Serving;

/// <summary>Which models are served, where, and how much of the machine requests may take.</summary>
public sealed record ServerOptions
{
    /// <summary>The models, each under a name of its own; at least one.</summary>
    public IReadOnlyList<ServedModelOptions> Models { get; init; } = [];

    /// <summary>The address that it listens on; default the loopback address, where only this machine's programs reach it.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port, 0 for any that is free; default 8080.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>Further host names that requests may ask for, such as that of a proxy before it; the address itself and this machine's name may always.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>What requests must show as <c>Authorization: Bearer KEY</c> or <c>X-API-Key: KEY</c>, those for the server's health excepted; null (default) asks for none.</summary>
    public string? ApiKey { get; init; }

    /// <summary>The most pictures that a model is given at a time, at least 1; default 16.</summary>
    public int MaxBatch { get; init; } = 16;

    /// <summary>
    /// How long a picture waits for others to be computed with it; default 5 ms. It waits only while the batch is not full and other requests are on their way:
    /// one that is alone is computed at once.
    /// </summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Pictures of one model that may wait or be computed at a time; further requests are answered 429 with a time to try again. Default 256.</summary>
    public int QueueLength { get; init; } = 256;

    /// <summary>How long a request may take, all in all, where it does not say less; then it is answered 504 and its pictures are not computed. Default 30 s.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes of one request; default 20 MB.</summary>
    public long MaxRequestBytes { get; init; } = 20L << 20;

    /// <summary>Pixels of one picture; default 40 million.</summary>
    public long MaxPixels { get; init; } = 40_000_000;

    /// <summary>Pictures of one request; default 32.</summary>
    public int MaxPictures { get; init; } = 32;

    /// <summary>Bytes of all requests that are being read or wait, and as many again of the pictures in them, decoded; default 512 MB. Further requests are answered 429.</summary>
    public long MaxPendingBytes { get; init; } = 512L << 20;

    /// <summary>How often the files of the weights are looked at for newer ones; null never. Default every second.</summary>
    public TimeSpan? ReloadEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long what was accepted is answered when the server is stopped; default 30 s.</summary>
    public TimeSpan StopPatience { get; init; } = TimeSpan.FromSeconds(30);
}
