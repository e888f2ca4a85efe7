using System.CommandLine;
using System.Globalization;
using System.Reflection;
using Fovea.Cli.Flags;
using Fovea.Training;

namespace Fovea.Cli.Tests.Flags;

/// <summary>Every property of <see cref="EvalOptions"/> and <see cref="PredictOptions"/> has its flag, and every flag sets its property and no other.</summary>
public sealed class EvalFlagsTests
{
    private static readonly (string Words, string Property, string Value)[] s_common =
    [
        ("--weights a.pth", "Weights", "a.pth"),
        ("--pretrained a.pth", "Weights", "a.pth"),
        ("--model resnet20-cifar", "Model", "resnet20-cifar"),
        ("--attention cbam", "Attention", "cbam"),
        ("--attention-option reduction=8", "AttentionOptions", "reduction=8"),
        ("--attention-at stages", "AttentionAt", "stages"),
        ("--attention none", "Attention", "none"),
        ("--from timm", "WeightsSource", "timm"),
        ("--strict", "Strict", "True"),
        ("--mean 0.5,0.4,0.3", "Preprocessing", "mean 0.5,0.4,0.3"),
        ("--std 0.5", "Preprocessing", "std 0.5"),
        ("--interpolation bicubic", "Preprocessing", "bicubic"),
        ("--crop-pct 0.9", "Preprocessing", "crop 0.9"),
        ("--crop-mode squash", "Preprocessing", "squash"),
        ("--orientation ignore", "Preprocessing", "orientation ignored"),
        ("--levels 0:4095", "Preprocessing", "levels 0:4095"),
        ("--image-size 96", "ImageSize", "96"),
        ("--image-size 240x320", "ImageSize", "240 × 320"),
        ("--crop 96", "Crop", "96"),
        ("--crop 96x128", "Crop", "96 × 128"),
        ("--imgsz 96", "ImageSize", "96"),
        ("-b 7", "BatchSize", "7"),
        ("--batch-size 7", "BatchSize", "7"),
        ("--threads 1", "Threads", "1"),
        ("--device torch:cpu", "Engine", "torch:cpu"),
        ("--precision bfloat16 --device cuda", "Engine", "cuda bfloat16"),
        ("--channels-last --device torch:cpu", "Engine", "torch:cpu channels-last"),
        ("--deterministic --device torch:cpu", "Engine", "torch:cpu deterministic"),
    ];

    private static readonly (string Words, string Property, string Value)[] s_eval =
    [
        .. s_common,
        ("--data photos", "Data", "photos"),
        ("--data-dir photos", "Data", "photos"),
        ("--ignore-value 11", "IgnoreValue", "11"),
        ("-j 3", "Workers", "3"),
        ("--workers 3", "Workers", "3"),
        ("--seed 5", "Seed", "5"),
        ("--mask-colors none", "MaskColors", ""),
        ("--output out", "Output", "out"),
        ("--logits a.json", "Logits", "a.json"),
        ("--scales 0.5,1,1.5", "Scales", "0.5 1 1.5"),
        ("--flip", "Views", "flip"),
        ("--tta flip,five-crop", "Views", "flip,five-crop"),
        ("--tta ten-crop", "Views", "flip,five-crop"),
    ];

    private static readonly (string Words, string Property, string Value)[] s_predict =
    [
        .. s_common,
        ("--attention grad-cam", "MapMethod", "grad-cam"),
        ("--attention", "MapMethod", "grad-cam"),
        ("--top 3", "Top", "3"),
        ("--gallery people", "Gallery", "people"),
        ("--tta flip", "Views", "flip"),
        ("--output out", "Output", "out"),
        ("--overlay", "Overlay", "True"),
        ("--mask-colors none", "MaskColors", ""),
    ];

    public static TheoryData<string, string, string> Eval => [.. s_eval.Select(c => (c.Words, c.Property, c.Value))];

    public static TheoryData<string, string, string> Predict => [.. s_predict.Select(c => (c.Words, c.Property, c.Value))];

    [Theory]
    [MemberData(nameof(Eval))]
    public void A_flag_of_eval_sets_its_property_and_no_other(string words, string property, string value) =>
        AssertSets(EvalFlags.Eval(), words, property, value);

    [Theory]
    [MemberData(nameof(Predict))]
    public void A_flag_of_predict_sets_its_property_and_no_other(string words, string property, string value) =>
        AssertSets(EvalFlags.Predict(), words, property, value);

    [Fact]
    public void Every_property_has_a_flag_and_every_flag_a_case()
    {
        Assert.Empty(Properties<EvalOptions>().Select(p => p.Name).Except(s_eval.Select(c => c.Property)));
        Assert.Empty(EvalFlags.Eval().All.Select(f => f.Option.Name).Except(s_eval.Select(c => c.Words.Split(' ')[0])));

        // The images are arguments, not flags.
        Assert.Equal(["Inputs"], Properties<PredictOptions>().Select(p => p.Name).Except(s_predict.Select(c => c.Property)));
        Assert.Empty(EvalFlags.Predict().All.Select(f => f.Option.Name).Except(s_predict.Select(c => c.Words.Split(' ')[0])));
    }

    private static void AssertSets<T>(FlagSet<T> flags, string words, string property, string value)
        where T : new()
    {
        var verb = new Verb("verb", "Does.");
        flags.AddTo(verb);
        ParseResult parsed = verb.Parse(words.Split(' '));
        Assert.Empty(parsed.Errors);
        T options = flags.Apply(parsed, new T());
        foreach (PropertyInfo p in Properties<T>())
        {
            Assert.Equal(p.Name == property ? value : Text(p.GetValue(new T())), Text(p.GetValue(options)));
        }
    }

    private static PropertyInfo[] Properties<T>() => typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance);

    private static string? Text(object? value) => value switch
    {
        IReadOnlyDictionary<string, string> options => string.Join(' ', options.Select(o => $"{o.Key}={o.Value}")),
        IReadOnlyList<string> list => string.Join(' ', list),
        IReadOnlyList<double> numbers => string.Join(' ', numbers.Select(n => n.ToString(CultureInfo.InvariantCulture))),
        _ => value?.ToString(),
    };
}
