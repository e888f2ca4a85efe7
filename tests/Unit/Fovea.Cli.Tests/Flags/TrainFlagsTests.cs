using System.CommandLine;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Fovea.Cli.Flags;
using Fovea.Training;

namespace Fovea.Cli.Tests.Flags;

/// <summary>Every property of <see cref="TrainOptions"/> has its flag, and every flag sets its property and no other.</summary>
public sealed class TrainFlagsTests
{
    // What is typed, the property in config.json, the value there.
    private static readonly (string Words, string Property, string Value)[] s_cases =
    [
        ("--model resnet20-cifar", "model", "\"resnet20-cifar\""),
        ("--attention cbam", "attention", "\"cbam\""),
        ("--attention-option reduction=8 --attention-option kernelSize=3", "attentionOptions", """{"reduction":"8","kernelSize":"3"}"""),
        ("--attention-at stages", "attentionAt", "\"stages\""),
        ("--weights a.safetensors", "weights", "\"a.safetensors\""),
        ("--pretrained a.pth", "weights", "\"a.pth\""),
        ("--from timm", "weightsSource", "\"timm\""),
        ("--strict", "strict", "true"),
        ("--freeze layer1,layer2 --freeze conv1", "freeze", """["layer1","layer2","conv1"]"""),
        ("--freeze backbone@3 --freeze *.bn*", "freeze", """["backbone@3","*.bn*"]"""),
        ("--backbone-lr-scale 0.1", "backboneLrScale", "0.1"),
        ("--layer-decay 0.75", "layerDecay", "0.75"),
        ("--data photos", "data", "\"photos\""),
        ("--data-dir photos", "data", "\"photos\""),
        ("--val photos/val", "validation", "\"photos/val\""),
        ("--val-fraction 0.25", "valFraction", "0.25"),
        ("--val-split 0.25", "valFraction", "0.25"),
        ("--folds 5", "folds", "5"),
        ("--fold 3", "fold", "3"),
        ("--fold all", "allFolds", "true"),
        ("--image-size 96", "imageSize", "96"),
        ("--image-size 240x320", "imageSize", "[240,320]"),
        ("--imgsz 96", "imageSize", "96"),
        ("--img-size 96", "imageSize", "96"),
        ("--crop 256", "crop", "256"),
        ("--crop 256x512", "crop", "[256,512]"),
        ("--crop-balanced", "cropBalanced", "true"),
        ("--flip 0.25", "flip", "0.25"),
        ("--vertical-flip 0.25", "verticalFlip", "0.25"),
        ("--padding 2", "padding", "2"),
        ("--padding-mode reflect", "paddingMode", "\"Reflect\""),
        ("--scale-jitter 0.5,2", "scaleJitter", """{"least":0.5,"most":2}"""),
        ("--instances 6", "instances", "6"),
        ("--shuffle-buffer 500", "shuffleBuffer", "500"),
        ("--mosaic 0.5", "mosaic", "0.5"),
        ("--channels 1", "channels", "1"),
        ("--mean 0.5", "preprocessing", """{"mean":[0.5],"std":null,"interpolation":null,"cropFraction":null,"cropMode":null,"orientation":null}"""),
        ("--std 0.1,0.2,0.3", "preprocessing", """{"mean":null,"std":[0.1,0.2,0.3],"interpolation":null,"cropFraction":null,"cropMode":null,"orientation":null}"""),
        ("--interpolation bicubic", "preprocessing", """{"mean":null,"std":null,"interpolation":"Bicubic","cropFraction":null,"cropMode":null,"orientation":null}"""),
        ("--crop-pct 0.9", "preprocessing", """{"mean":null,"std":null,"interpolation":null,"cropFraction":0.9,"cropMode":null,"orientation":null}"""),
        ("--crop-mode squash", "preprocessing", """{"mean":null,"std":null,"interpolation":null,"cropFraction":null,"cropMode":"Squash","orientation":null}"""),
        ("--orientation ignore", "preprocessing", """{"mean":null,"std":null,"interpolation":null,"cropFraction":null,"cropMode":null,"orientation":"Ignore"}"""),
        ("--levels 0:4095", "preprocessing", """{"mean":null,"std":null,"interpolation":null,"cropFraction":null,"cropMode":null,"orientation":null,"levels":"0:4095"}"""),
        ("--fraction 0.25", "fraction", "0.25"),
        ("--workers 3", "workers", "3"),
        ("-j 0", "workers", "0"),
        ("-j4", "workers", "4"),
        ("--task segment", "task", "\"Segment\""),
        ("--classes road,car", "maskClasses", """["road","car"]"""),
        ("--ignore-value 11", "ignoreValue", "11"),
        ("--mask-colors none", "maskColors", "[]"),
        ("--ignore-index 11", "ignoreValue", "11"),
        ("--loss 0.5*focal+dice", "loss", "\"0.5*focal+dice\""),
        ("--epochs 7", "epochs", "7"),
        ("--epochs=7", "epochs", "7"),
        ("--batch-size 64", "batchSize", "64"),
        ("--batch 64", "batchSize", "64"),
        ("-b 64", "batchSize", "64"),
        ("-b64", "batchSize", "64"),
        ("--drop-last", "dropLast", "true"),
        ("--allow-changed-data", "allowChangedData", "true"),
        ("--memory-limit 1.5GB", "memoryLimit", "1500000000"),
        ("--memory-limit 2GiB", "memoryLimit", "2147483648"),
        ("--accumulate 4", "accumulate", "4"),
        ("--lr 1e-3", "learningRate", "0.001"),
        ("--optimizer adamw", "optimizer", "\"AdamW\""),
        ("--opt adam", "optimizer", "\"Adam\""),
        ("--momentum 0.8", "momentum", "0.8"),
        ("--nesterov false", "nesterov", "false"),
        ("--nesterov=false", "nesterov", "false"),
        ("--schedule cosine", "schedule", "\"Cosine\""),
        ("--sched step", "schedule", "\"Step\""),
        ("--warmup-epochs 2.5", "warmupEpochs", "2.5"),
        ("--weight-decay 0", "weightDecay", "0"),
        ("--decay-all false", "decayAll", "false"),
        ("--clip-grad 1", "clipGradient", "1"),
        ("--ema 0.999", "ema", "0.999"),
        ("--val-every 5", "valEvery", "5"),
        ("--patience 5", "patience", "5"),
        ("--mixup 0.2", "mixup", "0.2"),
        ("--cutmix 1", "cutMix", "1"),
        ("--label-smoothing 0.1", "labelSmoothing", "0.1"),
        ("--auto-augment rand-n2-m9", "autoAugment", "\"rand-n2-m9\""),
        ("--random-erasing 0.25", "randomErasing", "0.25"),
        ("--drop-path 0.1", "dropPath", "0.1"),
        ("--class-weights", "classWeights", "true"),
        ("--resume runs/classify/a", "resume", "\"runs/classify/a\""),
        ("--seed 18446744073709551615", "seed", "18446744073709551615"),
        ("--threads 2", "threads", "2"),
        ("--time-limit 10m", "timeLimit", "\"00:10:00\""),
        ("--output out", "output", "\"out\""),
        ("--project out", "output", "\"out\""),
        ("--name first", "name", "\"first\""),
        ("--exist-ok", "existOk", "true"),
        ("--save-every 10", "saveEvery", "10"),
        ("--checkpoint-seconds 5", "checkpointSeconds", "5"),
    ];

    public static TheoryData<string, string, string> Cases => [.. s_cases.Select(c => (c.Words, c.Property, c.Value))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_flag_sets_its_property_and_no_other(string words, string property, string value)
    {
        JsonObject expected = Json(new TrainOptions());
        expected[property] = JsonNode.Parse(value);
        JsonObject actual = Json(Parse(words));
        Assert.True(JsonNode.DeepEquals(expected, actual), $"{words}:\n{actual.ToJsonString()}");
    }

    [Fact]
    public void Every_property_has_a_flag()
    {
        IEnumerable<string> properties = typeof(TrainOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.GetCustomAttribute<JsonIgnoreAttribute>() is null)
            .Select(p => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(p.Name));
        Assert.Empty(properties.Except(s_cases.Select(c => c.Property)));
    }

    [Fact]
    public void Every_flag_and_alias_of_habit_is_there()
    {
        string[] names = [.. TrainFlags.Build().All.SelectMany(f => f.Option.Aliases.Append(f.Option.Name))];
        string[] habit = [.. """
            --model --attention --attention-option --data --data-dir --val --epochs --batch-size -b --batch --image-size --imgsz --img-size --lr
            --optimizer --opt --schedule --sched --warmup-epochs --weight-decay --clip-grad --accumulate --ema --mixup --cutmix --label-smoothing
            --auto-augment --random-erasing --drop-path --freeze --weights --pretrained --resume --workers -j --threads --seed --patience
            --time-limit --fraction --save-every --output --project --name --exist-ok
            """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];
        Assert.Empty(habit.Except(names));
    }

    // A flag without a case above would not be known to set the right property. What computes is of a process, and in no config.json.
    [Fact]
    public void Every_flag_has_a_case() =>
        Assert.Equal(["--device", "--precision", "--channels-last", "--deterministic"], TrainFlags.Build().All.Select(f => f.Option.Name).Except(s_cases.Select(c => c.Words.Split(' ', '=')[0])));

    [Theory]
    [InlineData("--device torch:cpu", "torch:cpu")]
    [InlineData("--device cuda:1 --precision bfloat16", "cuda:1 bfloat16")]
    [InlineData("--precision float16 --device torch:cpu", "torch:cpu float16")]
    [InlineData("--device cuda --precision tf32", "cuda tf32")]
    [InlineData("--device torch:cpu --deterministic --channels-last", "torch:cpu channels-last deterministic")]
    [InlineData("--device cpu --deterministic", null)]
    public void What_computes_is_of_the_process_and_not_of_the_run(string words, string? engine)
    {
        TrainOptions options = Parse(words);
        Assert.Equal(engine, options.Engine?.Name);
        Assert.True(JsonNode.DeepEquals(Json(new TrainOptions()), Json(options)));
    }

    [Fact]
    public void Flags_are_laid_over_the_options_of_a_file()
    {
        var file = new TrainOptions { Epochs = 3, Attention = "cbam", AttentionOptions = new Dictionary<string, string> { ["reduction"] = "8" } };
        TrainOptions same = Parse("--attention-option kernelSize=3", file);
        Assert.Equal((3, "cbam"), (same.Epochs, same.Attention));
        Assert.Equal(["kernelSize=3", "reduction=8"], same.AttentionOptions.Select(o => $"{o.Key}={o.Value}").Order());

        // The options of one mechanism mean nothing to another.
        Assert.Empty(Parse("--attention se", file).AttentionOptions);
        Assert.Equal("none", Parse("--attention none", file).Attention);
    }

    [Fact]
    public void A_model_may_be_named_with_its_mechanism()
    {
        TrainOptions options = Parse("--model cbam_resnet50");
        Assert.Equal(("resnet50", "cbam"), (options.Model, options.Attention));
        options = Parse("--model se_resnet20-cifar --attention-option reduction=8", new TrainOptions { Attention = "eca" });
        Assert.Equal(("resnet20-cifar", "se"), (options.Model, options.Attention));
        Assert.Equal("vit_base_patch16", Parse("--model vit_base_patch16").Model);
        Assert.Equal("coordinate", Parse("--model coordinate_unet-small").Attention);
    }

    [Theory]
    [InlineData("--model cbam_resnet51", "--model: there is no model \"cbam_resnet51\"; did you mean \"cbam_resnet50\"?")]
    [InlineData("--loss dise", "--loss: loss: there is no loss \"dise\"; did you mean \"dice\"?")]
    [InlineData("--classes a,,b", "--classes: expected 1 to 255 names, none empty and no two alike, such as background,road,car, got \"a,,b\".")]
    [InlineData("--ignore-value 256", "--ignore-value: expected a whole number from 0 to 255, got \"256\".")]
    [InlineData("--epochs 0", "--epochs: expected a whole number of at least 1, got \"0\".")]
    [InlineData("--epochs ten", "--epochs: expected a whole number of at least 1, got \"ten\".")]
    [InlineData("--lr -1", "--lr: expected a number above 0, got \"-1\".")]
    [InlineData("--lr 1,5", "--lr: expected a number above 0, got \"1,5\".")]
    [InlineData("--ema 1", "--ema: expected a number from 0 to below 1, got \"1\".")]
    [InlineData("--mean 0.5,x", "--mean: expected a number for each channel, or one for all, such as 0.485,0.456,0.406, got \"0.5,x\".")]
    [InlineData("--crop-pct 0", "--crop-pct: expected a number above 0, at most 1, got \"0\".")]
    [InlineData("--fraction 0", "--fraction: expected a number above 0, at most 1, got \"0\".")]
    [InlineData("--workers 257", "--workers: expected a whole number from 0 to 256, got \"257\".")]
    [InlineData("--model resnet20-cifr", "--model: there is no model \"resnet20-cifr\"; did you mean \"resnet20-cifar\"?")]
    [InlineData("--attention cbma", "--attention: there is no mechanism \"cbma\"; did you mean \"cbam\"?")]
    [InlineData("--optimizer adamx", "--optimizer: there is no \"adamx\"; did you mean \"adam\"?")]
    [InlineData("--attention-option reduction", "--attention-option: expected name=value, got \"reduction\".")]
    [InlineData("--time-limit soon", "--time-limit: expected a time above 0, such as 90s, 10m, 1.5h or 1:30:00, got \"soon\".")]
    [InlineData("--memory-limit much", "--memory-limit: expected a size above 0, such as 8GB, 500MB or 4GiB, got \"much\".")]
    [InlineData("--memory-limit 0", "--memory-limit: expected a size above 0, such as 8GB, 500MB or 4GiB, got \"0\".")]
    [InlineData("--device gpu", "--device: expected cpu, torch:cpu, cuda or cuda:N, got \"gpu\".")]
    [InlineData("--device torch:cpu --precision int8", "--precision: there is no \"int8\"; known are: float32, tf32, bfloat16, float16.")]
    [InlineData("--precision bfloat16", "--precision is of another engine, and ours computes in the model's own element type; give --device as well, or leave it out.")]
    [InlineData("--channels-last --device cpu", "--channels-last is of another engine, and ours lays maps out as its kernels want them; give --device as well, or leave it out.")]
    [InlineData("--data --epochs", "--data: expected a value, got the flag --epochs.")]
    public void A_value_out_of_its_range_is_refused(string words, string message)
    {
        (Verb verb, _) = Make();
        Assert.Contains(message, verb.Parse(words.Split(' ')).Errors.Select(e => e.Message));
    }

    private static TrainOptions Parse(string words, TrainOptions? start = null)
    {
        (Verb verb, FlagSet<TrainOptions> flags) = Make();
        ParseResult parsed = verb.Parse(words.Split(' '));
        Assert.Empty(parsed.Errors);
        return flags.Apply(parsed, start ?? new TrainOptions());
    }

    private static (Verb Verb, FlagSet<TrainOptions> Flags) Make()
    {
        FlagSet<TrainOptions> flags = TrainFlags.Build();
        var verb = new Verb("train", "Trains.");
        flags.AddTo(verb);
        return (verb, flags);
    }

    private static JsonObject Json(TrainOptions options) => JsonNode.Parse(options.ToJson())!.AsObject();
}
