using Fovea.Cli.Flags;
using Fovea.Serving;
using Fovea.Training;

namespace Fovea.Cli.Serving;

/// <summary>What <c>serve</c> is asked for.</summary>
/// <param name="Server">How it serves.</param>
/// <param name="Predict">What is said of the weights by hand; for one model.</param>
internal sealed record ServeOptions(ServerOptions Server, PredictOptions Predict);

/// <summary>The flags of <c>serve</c>: one for each property of <see cref="ServerOptions"/>, and those of a model's weights.</summary>
internal static class ServeFlags
{
    private const string FromWeights = "default: what the weights say";
    private const long Megabyte = 1L << 20;
    private const long Megapixel = 1_000_000;

    public static FlagSet<ServeOptions> All() => new FlagSet<ServeOptions>()
        .Group("Model")
        .Model(FromWeights, (o, v) => o with { Predict = o.Predict with { Model = v } }, (o, v) => o with { Predict = o.Predict with { Attention = v } })
        .Source((o, v) => o with { Predict = o.Predict with { WeightsSource = v } })
        .Strict((o, v) => o with { Predict = o.Predict with { Strict = v } })
        .ImageSize("default: what the weights say, or the model's own", (o, v) => o with { Predict = o.Predict with { ImageSize = v } })
        .Crop("See images at their own resolution, in windows of so many pixels a side, or HEIGHTxWIDTH; default: what the weights say.", (o, v) => o with { Predict = o.Predict with { Crop = v } })
        .Preprocessing(o => o.Predict.Preprocessing, (o, v) => o with { Predict = o.Predict with { Preprocessing = v } })
        .Add("--top", FlagValues.Integer(1), "How many classes an answer names; default 5.", (o, v) => o with { Predict = o.Predict with { Top = v } })
        .Group("Serve")
        .Add("--port", FlagValues.Integer(0, 65535), "The port, 0 for any that is free; default 8080.", (o, v) => o with { Server = o.Server with { Port = v } })
        .Add("--host", FlagValues.Address, "The address to listen on; default 127.0.0.1, which only this machine reaches. A key that requests must show is taken from FOVEA_API_KEY.",
            (o, v) => o with { Server = o.Server with { Address = v } })
        .AddMany("--allow-host", FlagValues.Text("NAME"), "A further name that requests may ask for, such as that of a proxy before it; where there is no key.", (o, v) => o with { Server = o.Server with { Hosts = v } })
        .AddSwitch("--no-reload", "Keep the weights as they are at the start; default: newer ones are taken when the file changes.", (o, v) => o with { Server = o.Server with { ReloadEvery = v ? null : o.Server.ReloadEvery } })
        .Device(o => o.Predict.Engine, (o, v) => o with { Predict = o.Predict with { Engine = v } })
        .Threads((o, v) => o with { Predict = o.Predict with { Threads = v } })
        .Group("Batches")
        .BatchSize("The most pictures that are computed at a time; default 16.", (o, v) => o with { Server = o.Server with { MaxBatch = v } })
        .Add("--max-wait", FlagValues.Integer(0, 10_000), "Milliseconds that a picture waits for others while more are on their way; default 5.", (o, v) => o with { Server = o.Server with { MaxWait = TimeSpan.FromMilliseconds(v) } })
        .Group("Limits")
        .Add("--queue", FlagValues.Integer(1), "Pictures of a model that may wait; further requests are answered 429. Default 256.", (o, v) => o with { Server = o.Server with { QueueLength = v } })
        .Add("--deadline", FlagValues.Duration, "How long a request may take before it is answered 504; default 30s.", (o, v) => o with { Server = o.Server with { Deadline = v } })
        .Add("--max-request", FlagValues.Integer(1, 2000), "Megabytes of a request; default 20.", (o, v) => o with
        {
            Server = o.Server with { MaxRequestBytes = v * Megabyte, MaxPendingBytes = Math.Max(o.Server.MaxPendingBytes, v * Megabyte) },
        })
        .Add("--max-megapixels", FlagValues.Integer(1, 250), "Megapixels of a picture; default 40.", (o, v) => o with
        {
            Server = o.Server with { MaxPixels = v * Megapixel, MaxPendingBytes = Math.Max(o.Server.MaxPendingBytes, 4 * v * Megapixel) },
        })
        .Add("--max-pictures", FlagValues.Integer(1, 10_000), "Pictures of a request; default 32.", (o, v) => o with { Server = o.Server with { MaxPictures = v } });
}
