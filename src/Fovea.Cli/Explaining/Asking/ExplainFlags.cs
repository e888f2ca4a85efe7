using System.Globalization;
using Fovea.Cli.Flags;
using Fovea.Inspect;

namespace Fovea.Cli.Explaining;

/// <summary>The flags of <c>explain</c>.</summary>
internal static class ExplainFlags
{
    private static readonly FlagValue<(int, int)> s_position = new("Y,X", text =>
    {
        string[] words = text.Split(',');
        return words.Length == 2 && Digits(words[0]) is { } y && Digits(words[1]) is { } x
            ? (y, x)
            : throw new FormatException($"expected a row and a column from 0, such as 3,12, got \"{text}\".");
    });

    private static readonly FlagValue<MapDirection> s_direction = FlagValues.OneOf(Enum.GetValues<MapDirection>(), d => d == MapDirection.AttendsTo ? "To" : "By");

    public static FlagSet<ExplainOptions> Build() => new FlagSet<ExplainOptions>()
        .Group("Model")
        .Weights("The weights (.safetensors, .pth, .ckpt, .npz), the folder of a run, or an .onnx file.", (o, v) => o with { Weights = v })
        .Request(o => o.Request, (o, v) => o with { Request = v })
        .Preprocessing(o => o.Request.Preprocessing, (o, v) => o with { Request = o.Request with { Preprocessing = v } })
        .Group("Input")
        .AddMany("--image", FlagValues.Text("FILE|DIR"), "A picture, a folder of them, or a pattern such as 'holidays/**/*.jpg'. May be given several times.", (o, v) => o with { Images = v })
        .Add("--data", FlagValues.Text("PATH"), "Instead of pictures, data with known classes, as eval takes them, or clutter: what the attention does on them, what depends on each site, and how "
            + "faithful each method's maps are.", (o, v) => o with { Data = v })
        .Add("--pictures", FlagValues.Integer(2), "How many of the data are taken at most, drawn from the seed; default 200.", (o, v) => o with { Pictures = v })
        .Add("--fill", FlagValues.Word<FillKind>(), "What stands where pixels are removed; default blur.", (o, v) => o with { Fill = v })
        .Add("--seed", FlagValues.Seed, "What the choice, noise, drawn weights and intervals are derived from; default 0.", (o, v) => o with { Seed = v })
        .Rule(given => given["--data"] is null ? null : given.Refuse("--data", "--image", "--site", "--target", "--steps"))
        .Rule(given => given["--data"] is null && new[] { "--pictures", "--fill", "--seed" }.FirstOrDefault(f => given[f] is not null) is { } judged
            ? $"{judged} is for --data."
            : null)
        .Group("Maps")
        .Add("--method", MethodNames.Value, "How maps are made: names with commas between, or all; default: the model's own maps and what goes with the model.",
            (o, v) => o with { Methods = v })
        .Add("--target", FlagValues.Text("TARGET"), "What is asked for: a class by name or number, two with a hyphen between for why one and not the other, y,x for a pixel of "
            + "a segmentation, or mask for all pixels of a class; default: what the model sees.", (o, v) => o with { Target = v })
        .Add("--layer", FlagValues.Text("NAME"), "The layer that class activation maps are taken at; default: the last one with a grid.", (o, v) => o with { Layer = v })
        .Add("--steps", FlagValues.Integer(0), "Steps of the deletion and insertion curves that say how faithful each map of a classifier is, 0 for none; default 8.",
            (o, v) => o with { Steps = v })
        .Add("--site", FlagValues.Text("NAME"), "One attention site, in place of a sheet of all; a wrong name is answered with those there are.", (o, v) => o with { Site = v })
        .Add("--at", s_position, "The cell of the site whose row or column is shown, as row and column of its grid from 0; default: the mean of all.",
            (o, v) => o with { View = o.View with { At = new GridCells(v.Item1, v.Item2) } })
        .Add("--channel", FlagValues.Integer(0), "The channel, from 0, where a site relates channels or has a map for each; default: the mean of all.",
            (o, v) => o with { View = o.View with { Channel = v } })
        .Add("--head", FlagValues.Integer(0), "The head, from 0; default: the mean of all.", (o, v) => o with { View = o.View with { Head = v } })
        .Add("--direction", s_direction, "What the cell attends to (to), or what attends to it (by); default to.", (o, v) => o with { View = o.View with { Direction = v } })
        .Add("--hop", FlagValues.Integer(1), "Which of the relations that follow each other, as criss-cross attention has them, from 1; default: all composed.", (o, v) => o with { Hop = v })
        .Rule(given => given["--site"] is null && new[] { "--at", "--channel", "--head", "--direction", "--hop" }.FirstOrDefault(f => given[f] is not null) is { } view
            ? $"{view} says which map of a site is shown; name the site with --site."
            : null)
        .Rule(given => given["--at"] is null ? null : given.Refuse("--at", "--channel"))
        .Rule(given => given["--image"] is null && given["--data"] is null ? "--image is missing; give a picture or a folder of them, or data with known classes with --data." : null)
        .Group("Drawing")
        .Add("--opacity", FlagValues.Share, "How much of the picture a map covers, 0 to 1; default 0.5.", (o, v) => o with { Style = o.Style with { Opacity = v } })
        .AddSwitch("--smooth", "Interpolate between the middles of cells, instead of showing them as they are.", (o, v) => o with { Style = o.Style with { IsSmooth = v } })
        .Group("Run")
        .Device(o => o.Engine, (o, v) => o with { Engine = v })
        .Threads((o, v) => o with { Threads = v })
        .Group("Output")
        .Add("--output --project", FlagValues.Folder, "The folder to write into; default runs/explain. With several pictures each has a folder of its own in it.",
            (o, v) => o with { Output = v })
        .Add("--top", FlagValues.Integer(1), "How many classes to name for each picture; default 5.", (o, v) => o with { Top = v });

    private static int? Digits(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : null;
}
