using System.Text.Json.Nodes;
using Fovea.Io;
using Fovea.Onnx.Protocol;
using Fovea.Testing;
using Fovea.Training;
using Google.Protobuf;
using static Fovea.Onnx.Protocol.TensorShapeProto.Types;

namespace Fovea.Cli.Tests.Verbs;

/// <summary>A network of somebody's ONNX file goes through the verbs as a model of the catalogue does.</summary>
public sealed class OnnxNetworkTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _data;

    public OnnxNetworkTests()
    {
        _data = _folder.File("data");
        TinyData.MakeDivided(_data);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_predicts_with_what_its_metadata_say()
    {
        string picture = Path.Combine(_data, "val", "dark", "0.png"), bare = Network("bare.onnx");
        string said = Network("said.onnx", ("classes", """["a","b","c","d","e"]"""), ("mean", "[0.5,0.5,0.5]"), ("std", "[0.25,0.25,0.25]"), ("imageSize", "16"));
        Answer answer = Cli.Run("predict", picture, "--weights", said);
        Assert.Equal(ExitCode.Done, answer.Code);
        Assert.Contains("said.onnx, 5 classes; preprocessing: 16×16 pixels, mean 0.5,0.5,0.5, std 0.25,0.25,0.25", answer.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("note:", answer.Error, StringComparison.Ordinal);
        answer = Cli.Run("predict", picture, "--weights", bare, "--image-size", "16");
        Assert.Contains("the file does not say how images are prepared", answer.Error, StringComparison.Ordinal);
        Assert.Contains("class 0", answer.Output, StringComparison.Ordinal);
        Assert.Equal(
            Cli.Ok("predict", picture, "--weights", said).Split(' ')[2..],
            Cli.Ok("predict", picture, "--weights", bare, "--image-size", "16", "--mean", "0.5", "--std", "0.25").Replace("class 0", "a", StringComparison.Ordinal)
                .Replace("class 1", "b", StringComparison.Ordinal).Replace("class 2", "c", StringComparison.Ordinal).Replace("class 3", "d", StringComparison.Ordinal)
                .Replace("class 4", "e", StringComparison.Ordinal).Split(' ')[2..]);
    }

    [Fact]
    public void Trained_with_a_head_for_other_classes_it_is_used_wherever_its_weights_go()
    {
        string net = Network("net.onnx");
        Answer answer = Cli.Run(Train("run", "--weights", net, "--epochs", "2"));
        Assert.True(answer.Code == ExitCode.Done, answer.Error);
        Assert.Contains("Fresh: fc (2 tensors)", answer.Output + answer.Error, StringComparison.Ordinal);
        string run = _folder.File("runs/run"), moved = _folder.File("elsewhere/moved.safetensors"), exported = _folder.File("again.onnx");
        Directory.CreateDirectory(Path.GetDirectoryName(moved)!);
        File.Copy(Path.Combine(run, "best.safetensors"), moved);
        Cli.Ok("export", "--weights", run, "--output", exported);
        Cli.Ok("convert", exported, _folder.File("converted.safetensors"));
        string expected = Logits(run);
        Assert.Equal(expected, Logits(moved));
        Assert.Equal(expected, Logits(Path.Combine(run, "checkpoints", "best.ckpt")));
        Assert.Equal(expected, Logits(exported));
        Assert.Equal(expected, Logits(_folder.File("converted.safetensors")));
        Assert.Contains("net.onnx, 2 classes", Cli.Ok("show", run), StringComparison.Ordinal);
        JsonNode profile = JsonNode.Parse(Cli.Ok("profile", run, "--runs", "1", "--json"))!;
        Assert.Contains(profile["layers"]!.AsArray(), l => ((string)l!["path"]!).Contains("/stem/stem.0/Conv", StringComparison.Ordinal));

        // Once more, for three classes and from the run.
        Directory.CreateDirectory(Path.Combine(_data, "train", "middle"));
        TinyData.MakeClass(Path.Combine(_data, "train", "middle"), 6, 120);
        TinyData.MakeClass(Path.Combine(_data, "val", "middle"), 2, 120);
        Cli.Ok(Train("third", "--weights", run, "--epochs", "1"));
        Assert.Equal(3, ModelDescription.FromMetadata(WeightsFile.ReadMetadata(_folder.File("runs/third/best.safetensors")))!.Classes.Count);
    }

    [Fact]
    public void A_stopped_run_goes_on_bit_for_bit_without_the_file()
    {
        string net = Network("net.onnx");
        Cli.Ok(Train("whole", "--weights", net, "--epochs", "2"));
        Cli.Ok(Train("parts", "--weights", net, "--epochs", "2", "--time-limit", "0.001s"));
        File.Delete(net);
        Cli.Ok("train", "--resume", _folder.File("runs/parts"), "--threads", "1");
        Assert.Equal(File.ReadAllBytes(_folder.File("runs/whole/best.safetensors")), File.ReadAllBytes(_folder.File("runs/parts/best.safetensors")));
    }

    [Fact]
    public void What_is_frozen_keeps_its_numbers_and_its_statistics()
    {
        string net = Network("net.onnx");
        Cli.Ok(Train("frozen", "--weights", net, "--epochs", "1", "--freeze", "backbone"));
        Cli.Ok(Train("part", "--weights", net, "--epochs", "1", "--freeze", "stem,deep.0"));
        using TensorScope scope = TensorScope.Begin();
        IReadOnlyDictionary<string, Tensor> first = WeightsFile.Read(net).Tensors;
        string[] Changed(string run) => [.. SafetensorsFile.Read(_folder.File($"runs/{run}/best.safetensors")).Tensors
            .Where(t => !first.TryGetValue(t.Key, out Tensor? before) || !before.AsBytes().SequenceEqual(t.Value.AsBytes())).Select(t => t.Key)];
        Assert.All(Changed("frozen"), n => Assert.StartsWith("fc.", n, StringComparison.Ordinal));
        Assert.DoesNotContain(Changed("part"), n => n.StartsWith("stem.", StringComparison.Ordinal) || n.StartsWith("deep.0.", StringComparison.Ordinal));
        Assert.Contains("deep.1.running_mean", Changed("part"));
        Assert.Contains("did you mean", Cli.Fails(ExitCode.WrongUse, Train("none", "--weights", net, "--epochs", "1", "--freeze", "dep")), StringComparison.Ordinal);
    }

    [Fact]
    public void Its_architecture_alone_is_trained_from_random_weights()
    {
        string net = Network("net.onnx");
        Cli.Ok(Train("fresh", "--model", net, "--epochs", "1", "--seed", "1"));
        Cli.Ok(Train("again", "--model", net, "--epochs", "1", "--seed", "1"));
        Cli.Ok(Train("other", "--model", net, "--epochs", "1", "--seed", "2"));
        byte[] Weights(string run) => File.ReadAllBytes(_folder.File($"runs/{run}/best.safetensors"));
        Assert.Equal(Weights("fresh"), Weights("again"));
        Assert.NotEqual(Weights("fresh"), Weights("other"));
    }

    [Fact]
    public void Features_get_a_head_of_their_own()
    {
        string net = Repository.Golden("onnx", "net_transformer", "model.onnx");
        Answer answer = Cli.Run(Train("features", "--weights", net, "--epochs", "1", "--image-size", "8"));
        Assert.True(answer.Code == ExitCode.Done, answer.Error);
        Assert.Contains("Fresh: head (2 tensors)", answer.Output + answer.Error, StringComparison.Ordinal);
        Assert.Contains("fixes the size of its images; expected 8", Cli.Fails(ExitCode.WrongUse, Train("x", "--weights", net, "--epochs", "1", "--image-size", "16")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_may_fix_a_size_that_is_no_square()
    {
        string picture = Path.Combine(_data, "val", "dark", "0.png"), oblong = Repository.Golden("onnx", "net_mobile", "model.onnx");
        Answer answer = Cli.Run("predict", picture, "--weights", oblong);
        Assert.True(answer.Code == ExitCode.Done, answer.Error);
        Assert.Contains("5 classes; preprocessing: 14×13 pixels", answer.Error, StringComparison.Ordinal);
        Assert.Contains("fixes the size of its images; expected 14x13, got 14", Cli.Fails(ExitCode.WrongUse, "predict", picture, "--weights", oblong, "--image-size", "14"), StringComparison.Ordinal);
        string[] train = ["train", "--data", _data, "-b", "4", "--threads", "1", "--output", _folder.File("runs"), "--name", "oblong", "--weights", oblong, "--epochs", "1"];
        answer = Cli.Run(train);
        Assert.True(answer.Code == ExitCode.Done, answer.Error);
        Assert.Contains("14×13 pixels", Cli.Run("eval", "--weights", _folder.File("runs/oblong"), "--data", _data).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_no_pictures_go_through_is_refused_by_name()
    {
        string picture = Path.Combine(_data, "val", "dark", "0.png");
        Assert.Contains("no slots", Cli.Fails(ExitCode.WrongUse, "predict", picture, "--weights", Network("net.onnx"), "--attention", "se"), StringComparison.Ordinal);

        // A description that asks for more than its weights, or for none that can be read.
        Cli.Ok("convert", Network("net.onnx"), _folder.File("w.safetensors"));
        using TensorScope scope = TensorScope.Begin();
        SafetensorsFile good = SafetensorsFile.Read(_folder.File("w.safetensors"));
        foreach (string text in new[] { "%", "AAAA", good.Metadata["onnx"][..40], Convert.ToBase64String(new byte[400]) })
        {
            SafetensorsFile.Write(_folder.File("bad.safetensors"), good.Tensors, new Dictionary<string, string>(good.Metadata) { ["onnx"] = text });
            Assert.Contains("ONNX model", Cli.Fails(ExitCode.BadData, "predict", picture, "--weights", _folder.File("bad.safetensors")), StringComparison.Ordinal);
        }
    }

    private string Logits(string weights)
    {
        string file = _folder.File("logits.json");
        Cli.Ok("eval", "--weights", weights, "--data", _data, "--logits", file);
        return File.ReadAllText(file);
    }

    private string[] Train(string name, params string[] more) =>
        ["train", "--data", _data, "-b", "4", "--threads", "1", "--output", _folder.File("runs"), "--name", name, .. more.Contains("--image-size") ? more : [.. more, "--image-size", "16"]];

    /// <summary>A classifier that PyTorch wrote, with the size of its images open.</summary>
    private string Network(string name, params (string Key, string Value)[] metadata)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Repository.Golden("onnx", "net_mobile", "model.onnx")));
        foreach (Dimension side in model.Graph.Input[0].Type.TensorType.Shape.Dim.Skip(2))
        {
            side.DimParam = "side";
        }

        model.MetadataProps.Add(metadata.Select(m => new StringStringEntryProto { Key = m.Key, Value = m.Value }));
        string path = _folder.File(name);
        File.WriteAllBytes(path, model.ToByteArray());
        return path;
    }
}
