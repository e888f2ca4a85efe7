using System.CommandLine;
using System.Net;
using Fovea.Cli.Flags;
using Fovea.Io;
using Fovea.Studio;

namespace Fovea.Cli.Verbs;

/// <summary><c>studio</c>: serves the page on which a model shows what it attends to.</summary>
internal static class StudioVerb
{
    public static Verb Build()
    {
        var verb = new Verb(
            "studio",
            "Serve a page on which a model shows what it attends to: hover over a picture, and see what each place looks at. It opens on a small model and pictures of its own. Ctrl-C stops it.",
            "fovea studio",
            "fovea studio --weights runs/classify/photos-resnet18 --image cat.jpg",
            "fovea studio --model criss_cross_resnet18",
            "fovea studio --folder runs --port 0");
        FlagSet<StudioOptions> flags = new FlagSet<StudioOptions>()
            .Group("Open")
            .Weights("The weights, or the folder of a run, that the page opens first; default: a small model that comes with the program.", (o, v) => o with { Model = WeightsSources.IsSource(v) ? v : Path.GetFullPath(v) })
            .Model("default: what the weights say; without weights it is built with drawn ones", (o, v) => o with { Catalogue = v }, (o, v) => o with { Catalogue = $"{v}_{o.Catalogue}" })
            .Add("--image", FlagValues.Text("FILE"), "The picture that the page opens first; default: a sample.", (o, v) => o with { Image = Path.GetFullPath(v) })
            .Add("--folder", FlagValues.Text("DIR"), "The folder that the page may open models and runs from, and nothing outside of it; default: the current one.", (o, v) => o with { Folder = Path.GetFullPath(v) })
            .Group("Serve")
            .Add("--port", FlagValues.Integer(0, 65535), "The port, 0 for any that is free; default 8765.", (o, v) => o with { Port = v })
            .Add("--host", FlagValues.Address, "The address to listen on; default 127.0.0.1, which only this machine reaches. There is no password: whoever reaches it may use it.", (o, v) => o with { Address = v });
        flags.AddTo(verb);
        verb.SetAction(parsed => Run(flags.Apply(parsed, new StudioOptions()), (StandardStreams)parsed.InvocationConfiguration));
        return verb;
    }

    private static int Run(StudioOptions options, StandardStreams where)
    {
        foreach (string path in new[] { options.Model, options.Image }.OfType<string>().Where(p => !(p == options.Model ? WeightsSources.MayExist(p) : Path.Exists(p))))
        {
            throw new FileNotFoundException($"studio: there is no \"{path}\"; give a file of weights or the folder of a run with --weights, a picture with --image.");
        }

        using var interruption = Interruption.Under(null, where.Error);
        Serve(options, where, interruption.Token).GetAwaiter().GetResult();
        return ExitCode.Done;
    }

    private static async Task Serve(StudioOptions options, StandardStreams where, CancellationToken stop)
    {
        await using StudioServer server = await StudioServer.StartAsync(options, e => where.Error.WriteLine($"error: {e}"), stop);
        where.Output.WriteLine(server.Page);
        if (!IPAddress.IsLoopback(options.Address))
        {
            where.Error.WriteLine($"note: everyone who reaches {options.Address} may use the studio and open what is below {options.Folder}.");
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
