using System.CommandLine;
using System.Net;
using Fovea.Cli.Flags;
using Fovea.Cli.Serving;
using Fovea.Io;
using Fovea.Serving;
using Fovea.Training;

namespace Fovea.Cli.Verbs;

/// <summary><c>serve [NAME=]WEIGHTS…</c>: answers requests for predictions.</summary>
internal static class ServeVerb
{
    private const string KeyVariable = "FOVEA_API_KEY";
    private static readonly PredictOptions s_unsaid = new();

    public static Verb Build()
    {
        var verb = new Verb(
            "serve",
            "Serve models over HTTP: pictures in, predictions out. Requests are gathered into batches; newer weights of a run are taken while it trains. Ctrl-C stops it when all that was accepted is answered.",
            "fovea serve runs/classify/photos-resnet18",
            "fovea serve cats=runs/classify/cats streets=runs/segment/camvid-unet-small --port 9000",
            "fovea serve resnet50.onnx --batch-size 8 --max-wait 10",
            "fovea serve resnet=hf:timm/resnet18.a1_in1k",
            "fovea serve best.safetensors --host 0.0.0.0 --deadline 5s");
        Argument<string[]> models = verb.AddArgument<string[]>(
            "model", "Weights (.safetensors, .pth, .ckpt, .npz, .onnx) folders of runs, or sources such as hf:owner/name, each alone or as NAME=PATH; the name is that of the address /v1/models/NAME:predict.", ArgumentArity.OneOrMore);
        FlagSet<ServeOptions> flags = ServeFlags.All();
        flags.AddTo(verb);
        verb.SetAction(parsed => Run(flags.Apply(parsed, new ServeOptions(new ServerOptions(), s_unsaid)), parsed.GetValue(models) ?? [], (StandardStreams)parsed.InvocationConfiguration));
        return verb;
    }

    private static int Run(ServeOptions options, string[] models, StandardStreams where)
    {
        // Lists are compared by who they are: what nobody touched is the same.
        if (models.Length > 1 && options.Predict with { Top = s_unsaid.Top, Threads = null, Engine = null } != s_unsaid)
        {
            throw new OptionException("serve", "--model, --from, --strict, --image-size, --crop and preprocessing are for one model; weights of runs say it themselves. Serve the others from servers of their own.");
        }

        ServerOptions server = options.Server with
        {
            Models = [.. models.Select(m => Named(m, options.Predict))],
            ApiKey = Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } key ? key : null,
        };
        using var interruption = Interruption.Under(null, where.Error);
        Serve(server, where, interruption.Token).GetAwaiter().GetResult();
        return ExitCode.Done;
    }

    // A path may hold an equals sign: what is there as a whole is meant as a whole.
    private static ServedModelOptions Named(string text, PredictOptions predict)
    {
        int at = text.IndexOf('=', StringComparison.Ordinal);
        return at > 0 && !Path.Exists(text) && !WeightsSources.IsSource(text) && ServedModelOptions.IsName(text[..at])
            ? new ServedModelOptions(text[..at], predict with { Weights = text[(at + 1)..] })
            : new ServedModelOptions(ServedModelOptions.NameOf(text), predict with { Weights = text });
    }

    private static async Task Serve(ServerOptions options, StandardStreams where, CancellationToken stop)
    {
        await using ModelServer server = await ModelServer.StartAsync(
            options, note => where.Error.WriteLine($"note: {note}"), e => where.Error.WriteLine($"error: {e}"), cancellation: stop);
        foreach (string note in server.Notes)
        {
            where.Error.WriteLine($"note: {note}");
        }

        foreach (ServedModelOptions model in options.Models)
        {
            where.Output.WriteLine($"{server.Address}v1/models/{model.Name}:predict");
        }

        if (!IPAddress.IsLoopback(options.Address) && options.ApiKey is null)
        {
            where.Error.WriteLine($"note: everyone who reaches {options.Address} may ask; set {KeyVariable} to a key that requests must show.");
        }

        where.Error.WriteLine("Ctrl-C stops it.");
        try
        {
            await Task.Delay(Timeout.Infinite, stop);
        }
        catch (OperationCanceledException)
        {
            // Asked to stop.
        }
    }
}
