using System.Globalization;
using Fovea.Imaging.Transforms;
using Fovea.Training;
using Fovea.Training.Data;

namespace Fovea.Cli.Flags;

/// <summary>The flags of <c>train</c>: one for each property of <see cref="TrainOptions"/>.</summary>
internal static class TrainFlags
{
    private static readonly FlagValue<string> s_policy = new("POLICY", text =>
    {
        try
        {
            AugmentPolicy.Parse(text);
            return text;
        }
        catch (OptionException e)
        {
            throw new FormatException(e.Message, e);
        }
    });

    // Read by the options' own check, which says what a loss can be.
    private static readonly FlagValue<string> s_loss = new("LOSS", text => Checked(text, new TrainOptions { Loss = text }));

    private static readonly FlagValue<ScaleJitter> s_scale = new("LEAST,MOST", text =>
    {
        double?[] factors = [.. text.Split(',').Select(w => double.TryParse(w, NumberStyles.Float, CultureInfo.InvariantCulture, out double v) ? v : (double?)null)];
        return factors is [{ } least, { } most] && new ScaleJitter { Least = least, Most = most } is var jitter
            ? Checked(jitter, new TrainOptions { ScaleJitter = jitter })
            : throw new FormatException($"expected two factors such as 0.8,1.25, got \"{text}\".");
    });

    public static FlagSet<TrainOptions> Build()
    {
        var flags = new FlagSet<TrainOptions>();
        AddModel(flags.Group("Model"));
        AddData(flags.Group("Data"));
        AddRecipe(flags.Group("Recipe"));
        AddRegularization(flags.Group("Augmentation and regularisation"));
        AddRun(flags.Group("Run"));
        AddFolder(flags.Group("Run folder"));
        return flags;
    }

    /// <summary>What the candidates of a comparison have in common: all but the mechanism, the folder and what is of a single run.</summary>
    public static FlagSet<TrainOptions> Shared()
    {
        var flags = new FlagSet<TrainOptions>();
        AddStart(Model(flags.Group("Model")).MechanismDetails((o, v) => o with { AttentionOptions = Merge(o.AttentionOptions, v) }, (o, v) => o with { AttentionAt = v }));
        AddData(flags.Group("Data"));
        AddRecipe(flags.Group("Recipe"));
        AddRegularization(flags.Group("Augmentation and regularisation"));
        AddProcess(flags.Group("Run"));
        AddCheckpoints(flags);
        return flags;
    }

    private static void AddModel(FlagSet<TrainOptions> flags) => AddStart(Model(flags)
        .Attention("default: none",
            (o, v) => o with { Attention = v, AttentionOptions = v == o.Attention ? o.AttentionOptions : CommonFlags.NoOptions },
            (o, v) => o with { AttentionOptions = Merge(o.AttentionOptions, v) },
            (o, v) => o with { AttentionAt = v }));

    private static FlagSet<TrainOptions> Model(FlagSet<TrainOptions> flags) => flags
        .Model("default: chosen by the data's image size", (o, v) => o with { Model = v },
            (o, v) => o with { Attention = v, AttentionOptions = v == o.Attention ? o.AttentionOptions : CommonFlags.NoOptions });

    private static void AddStart(FlagSet<TrainOptions> flags) => flags
        .Weights("Weights to start from (.safetensors, .pth, .ckpt, .npz, .onnx, the folder of a run), which also say which model to build; what does not fit the "
            + "data or the mechanism starts fresh; default: random.", (o, v) => o with { Weights = v })
        .Source((o, v) => o with { WeightsSource = v })
        .Strict((o, v) => o with { Strict = v })
        .AddMany("--freeze", FlagValues.Text("NAME[@EPOCHS]"), "Parts that are not trained, with all below them: names, or patterns such as layer[12] and *.bn*; \"backbone\" is all but "
            + "the head. With @N they are frozen for the first N epochs. Separate with commas, or give it several times.",
            (o, v) => o with { Freeze = [.. v.SelectMany(n => n.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))] });

    private static void AddData(FlagSet<TrainOptions> flags) => flags
        .Data("A folder per class, folders of images and masks, a .tar(.gz) of either, CIFAR-10 or MNIST files, a CSV of path,label; default: the embedded "
            + "Clutter data.", (o, v) => o with { Data = v })
        .Task((o, v) => o with { Task = v })
        .Masks((o, v) => o with { MaskClasses = v }, (o, v) => o with { IgnoreValue = v }, (o, v) => o with { MaskColors = v })
        .Add("--val --val-dir", FlagValues.Text("PATH"), "The validation images; default: val or test beside the training images, else a tenth of them.",
            (o, v) => o with { Validation = v })
        .Division((o, v) => o with { ValFraction = v }, (o, v) => o with { Folds = v }, (o, v) => o with { Fold = v, AllFolds = false }, o => o with { AllFolds = true })
        .ImageSize("default: the weights', the model's or the data's own", (o, v) => o with { ImageSize = v })
        .Crop("Learn masks from random squares of so many pixels, or HEIGHTxWIDTH, at the images' own resolution, and see images in windows of that size later; default: whole "
            + "images, brought to the image size.", (o, v) => o with { Crop = v })
        .AddSwitch("--crop-balanced", "Lay the squares around pixels of classes that are drawn evenly.", (o, v) => o with { CropBalanced = v })
        .Add("--channels", FlagValues.Integer(1, 3), "Channels that the model sees: 1 for grey, 3 for colour; default: what the weights say, or 3.", (o, v) => o with { Channels = v })
        .Preprocessing(o => o.Preprocessing, (o, v) => o with { Preprocessing = v })
        .Add("--fraction", FlagValues.PositiveShare, "Share of the training images to use, above 0 to 1; default 1.", (o, v) => o with { Fraction = v })
        .Workers("default 0: all threads do, between the steps", (o, v) => o with { Workers = v });

    private static void AddRecipe(FlagSet<TrainOptions> flags) => flags
        .Add("--epochs", FlagValues.Integer(1), "Passes over the training images; default: chosen by the data.", (o, v) => o with { Epochs = v })
        .BatchSize("Images per step; default 128, less for small data.", (o, v) => o with { BatchSize = v })
        .Add("--instances --num-instances", FlagValues.Integer(2), "For retrieval, pictures of each identity in a batch, which is of batch-size / instances identities; default 4.",
            (o, v) => o with { Instances = v })
        .Add("--shuffle-buffer", FlagValues.Integer(1), "Of data in shards, among how many images their order is shuffled at a time; default 10000. Other data are shuffled whole.",
            (o, v) => o with { ShuffleBuffer = v })
        .AddSwitch("--drop-last", "Leave the last batch of an epoch out when it is not full; default: it is smaller, and a single image joins the batch before it.",
            (o, v) => o with { DropLast = v })
        .Add("--accumulate", FlagValues.Integer(1), "Batches whose gradients are averaged for one step; default 1.", (o, v) => o with { Accumulate = v })
        .Add("--lr --learning-rate", FlagValues.Above(0), "The highest learning rate of the schedule; default: by optimiser, schedule and batch size.",
            (o, v) => o with { LearningRate = v })
        .Add("--backbone-lr-scale", FlagValues.Above(0), "What the learning rate of all but the head is multiplied by; default 1.", (o, v) => o with { BackboneLrScale = v })
        .Add("--layer-decay", FlagValues.PositiveShare, "What the learning rate is multiplied by with each layer from the head towards the input, above 0 to 1; default 1.",
            (o, v) => o with { LayerDecay = v })
        .Add("--optimizer --opt", FlagValues.Word<OptimizerKind>(), "The update rule; default sgd, for boxes adamw.", (o, v) => o with { Optimizer = v })
        .Add("--loss", s_loss, "What is minimised: ce, focal, bce, dice, jaccard, tversky, lovasz, for retrieval triplet(margin), or a sum such as 0.5*focal(2)+dice; default ce, with masks "
            + "ce+dice, for retrieval ce+triplet(0.3).",
            (o, v) => o with { Loss = v })
        .Add("--momentum", FlagValues.BelowOne, "SGD's momentum or Adam's beta 1, 0 to below 1; default 0.9.", (o, v) => o with { Momentum = v })
        .AddSwitch("--nesterov", "Look ahead along SGD's momentum; default true. Switch off with --nesterov false.", (o, v) => o with { Nesterov = v })
        .Add("--schedule --sched", FlagValues.Word<ScheduleKind>(), "How the learning rate moves; default one-cycle.", (o, v) => o with { Schedule = v })
        .Add("--warmup-epochs", FlagValues.AtLeast(0), "Epochs of linear warm-up, or of one-cycle's rise; default: by schedule.", (o, v) => o with { WarmupEpochs = v })
        .Add("--weight-decay --wd", FlagValues.AtLeast(0), "Pull of the weights towards 0; default 5e-4, with adamw 0.05.", (o, v) => o with { WeightDecay = v })
        .AddSwitch("--decay-all", "Decay biases and norms as well; default true. Switch off with --decay-all false.", (o, v) => o with { DecayAll = v })
        .Add("--clip-grad", FlagValues.AtLeast(0), "The largest norm of all gradients together, 0 for any; default 0, for boxes 10.", (o, v) => o with { ClipGradient = v })
        .Add("--ema", FlagValues.BelowOne, "Decay of a running average of the weights, 0 to below 1; default 0: none.", (o, v) => o with { Ema = v })
        .Add("--val-every", FlagValues.Integer(1), "See the validation images after each epoch of so many, and after the last; default 1: after every epoch.", (o, v) => o with { ValEvery = v })
        .Add("--patience", FlagValues.Integer(0), "Epochs without a better validation result before training stops; default 0: never.", (o, v) => o with { Patience = v });

    private static void AddRegularization(FlagSet<TrainOptions> flags) => flags
        .Add("--mixup", FlagValues.AtLeast(0), "Mixup's alpha; default 0: off.", (o, v) => o with { Mixup = v })
        .Add("--cutmix", FlagValues.AtLeast(0), "CutMix's alpha; default 0: off.", (o, v) => o with { CutMix = v })
        .Add("--label-smoothing --smoothing", FlagValues.BelowOne, "Probability spread over all classes, 0 to below 1; default 0, for retrieval 0.1.", (o, v) => o with { LabelSmoothing = v })
        .Add("--auto-augment --aa", s_policy, "Random image operations: none, rand, rand-n2-m9 (n 0 to 14, m 0 to 30) or trivial; default none.", (o, v) => o with { AutoAugment = v })
        .Add("--flip --hflip", FlagValues.Share, "Probability that an image is mirrored left to right, 0 to 1; default 0.5.", (o, v) => o with { Flip = v })
        .Add("--vertical-flip --vflip", FlagValues.Share, "Probability that an image is mirrored top to bottom, 0 to 1; default 0.", (o, v) => o with { VerticalFlip = v })
        .Add("--padding", FlagValues.Integer(0, TransformOptions.LargestPadded), "Over how many pixels of a border images of at most 64 are shifted; default 4.", (o, v) => o with { Padding = v })
        .Add("--padding-mode", FlagValues.Word<BorderMode>(), "What fills that border: constant is black, edge repeats the outermost pixel, reflect and symmetric mirror the image without "
            + "and with it; default constant.", (o, v) => o with { PaddingMode = v })
        .Add("--scale-jitter", s_scale, "Show images with boxes larger or smaller than they fit, by factors from the first to the second, such as 0.8,1.25; default: as they fit.",
            (o, v) => o with { ScaleJitter = v })
        .Add("--mosaic", FlagValues.Share, "Probability that an image with boxes is put together of four, 0 to 1; default 0.", (o, v) => o with { Mosaic = v })
        .Add("--random-erasing --reprob", FlagValues.Share, "Probability that a rectangle of an image is erased, 0 to 1; default 0.", (o, v) => o with { RandomErasing = v })
        .Add("--drop-path", FlagValues.BelowOne, "Rate of stochastic depth in ResNets and vision transformers, 0 to below 1; default 0.", (o, v) => o with { DropPath = v })
        .AddSwitch("--class-weights", "Weigh a class's loss by the inverse of how often it occurs.", (o, v) => o with { ClassWeights = v });

    private static void AddRun(FlagSet<TrainOptions> flags)
    {
        flags
            .Add("--resume", FlagValues.Text("PATH"), "Continue a run: its folder, or a checkpoint. It keeps its options; what may be given anew is said when something else is.",
                (o, v) => o with { Resume = v })
            .AddSwitch("--allow-changed-data", "Resume although images were added, removed or changed. What was trained on never becomes validation.",
                (o, v) => o with { AllowChangedData = v });
        AddProcess(flags);
        flags.Add("--time-limit", FlagValues.Duration, "When to stop at the latest: 90s, 10m, 1.5h, 1:30:00 (a bare number counts seconds); default: no limit.",
            (o, v) => o with { TimeLimit = v });
    }

    private static void AddProcess(FlagSet<TrainOptions> flags) => flags
        .Add("--seed", FlagValues.Seed, "What everything random is derived from; default 0.", (o, v) => o with { Seed = v })
        .Device(o => o.Engine, (o, v) => o with { Engine = v })
        .Threads((o, v) => o with { Threads = v })
        .Add("--memory-limit", FlagValues.Bytes, "Memory that the run may take at most: 8GB, 500MB or bytes; default: what the machine or the container has.",
            (o, v) => o with { MemoryLimit = v });

    private static void AddFolder(FlagSet<TrainOptions> flags)
    {
        flags
            .Add("--output --project", FlagValues.Folder, "Where run folders are made; default runs/classify, with masks runs/segment.", (o, v) => o with { Output = v })
            .Add("--name", FlagValues.Text("NAME"), "Name of the run folder; default: of the model, the mechanism and the data.", (o, v) => o with { Name = v })
            .AddSwitch("--exist-ok", "Write into a run folder that is there already, instead of NAME-2.", (o, v) => o with { ExistOk = v });
        AddCheckpoints(flags);
    }

    private static void AddCheckpoints(FlagSet<TrainOptions> flags) => flags
        .Add("--save-every", FlagValues.Integer(0), "Keep a checkpoint of every so many epochs; default 0: the last and the best only.", (o, v) => o with { SaveEvery = v })
        .Add("--checkpoint-seconds", FlagValues.Above(0), "Longest time between two writings of the last checkpoint; default 60.",
            (o, v) => o with { CheckpointSeconds = v });

    private static T Checked<T>(T value, TrainOptions options)
    {
        try
        {
            options.Validate();
            return value;
        }
        catch (OptionException e)
        {
            throw new FormatException(e.Message, e);
        }
    }

    private static Dictionary<string, string> Merge(IReadOnlyDictionary<string, string> old, IReadOnlyDictionary<string, string> added)
    {
        var merged = new Dictionary<string, string>(old);
        foreach ((string name, string value) in added)
        {
            merged[name] = value;
        }

        return merged;
    }
}
