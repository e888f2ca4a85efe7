using System.Text.RegularExpressions;
using Fovea.Attention;
using Fovea.Distributed;
using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Imaging.Codecs.Tiff;
using Fovea.Imaging.Codecs.Webp;
using Fovea.Imaging.Transforms;
using Fovea.Inspect;
using Fovea.Io;
using Fovea.Models;
using Fovea.Onnx;
using Fovea.Serving;
using Fovea.Testing;
using Fovea.Testing.Tiff;
using Fovea.Torch;
using Fovea.Training;
using Fovea.Training.Data;

namespace Fovea.Architecture.Tests;

/// <summary>The code in the packages' readmes is the code that is compiled and run here, but for the folder that the files are in.</summary>
public sealed partial class PackageReadmeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_engine()
    {
        // <Fovea.Nn>
        Module cbam = new Cbam(channels: 64);
        Module model = ModelCatalog.Create("resnet20-cifar", new ModelOptions { Classes = 10, Attention = new AttentionPlacement { Key = "se" } });

        using TensorScope scope = TensorScope.Begin();
        Tensor y = cbam.Call(Tensor.Ones([2, 64, 14, 14]));                           // [2, 64, 14, 14]
        Tensor loss = model.Call(Tensor.Zeros([8, 3, 32, 32])).CrossEntropy(Tensor.Zeros([8], DType.Int64));
        loss.Backward();                                                              // every parameter now has its Grad

        using CompiledModel compiled = model.Eval().Compile([1, 3, 32, 32]);          // norms folded, ops fused, memory planned
        Tensor logits = compiled.Run(Tensor.Zeros([1, 3, 32, 32]));                   // [1, 10]
        // </Fovea.Nn>
        Assert.Equal([2, 64, 14, 14], y.Shape);
        Assert.Equal([1, 10], logits.Shape);
        Assert.All(model.Parameters(), p => Assert.NotNull(p.Grad));
        model.ClearGrads();
    }

    [Fact]
    public void Pictures_in_and_out()
    {
        ImageCodecs.Save(_folder.File("photo.bmp"), new Image(40, 30, PixelFormat.Rgb));
        // <Fovea.Imaging>
        Image photo = ImageCodecs.Load(_folder.File("photo.bmp"));                                  // turned upright, 8 bits a channel
        Image small = photo.Resize(224, 224, ResizeFilter.Bicubic);
        ImageCodecs.Save(_folder.File("small.png"), small);
        // </Fovea.Imaging>
        Assert.Equal(small.Pixels, ImageCodecs.Load(_folder.File("small.png")).Pixels);
    }

    [Fact]
    public void Pages_of_a_tiff_file()
    {
        TiffPicture page = TiffPicture.Drawn(3, 2, bits: 8, samples: 1);
        File.WriteAllBytes(_folder.File("stack.tif"), TiffParts.File(page, page, page));
        // <Fovea.Imaging.Tiff>
        ImageCodecs.Register(new TiffDecoder());                                      // once; from now on everything that loads pictures takes .tif
        Image third = ImageCodecs.Load(_folder.File("stack.tif#3"));                                // the third page
        // </Fovea.Imaging.Tiff>
        Assert.Equal((3, 2), (third.Width, third.Height));
    }

    [Fact]
    public void A_picture_of_the_web()
    {
        File.Copy(Directory.GetFiles(Path.Combine(Repository.Root, "tests", "golden"), "*.webp", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First(), _folder.File("photo.webp"));
        // <Fovea.Imaging.Skia>
        ImageCodecs.Register(new WebpDecoder());                                      // once; from now on everything that loads pictures takes .webp
        Image photo = ImageCodecs.Load(_folder.File("photo.webp"));
        // </Fovea.Imaging.Skia>
        Assert.True(photo.Width > 0);
    }

    [Fact]
    public async Task Models_behind_an_address()
    {
        var description = new ModelDescription { Model = "resnet8", Classes = ["cat", "dog"], ImageSize = 32 };
        Directory.CreateDirectory(_folder.File("runs/classify/cats"));
        SafetensorsFile.Write(_folder.File("runs/classify/cats/best.safetensors"), StateDict.Of(Initialized(description.Build())), description.ToMetadata());
        // <Fovea.Serving>
        await using ModelServer server = await ModelServer.StartAsync(new ServerOptions
        {
            Port = 0,                                                                     // any that is free; default 8080
            Models = [new ServedModelOptions("cats", new PredictOptions { Weights = _folder.File("runs/classify/cats") })],
        });
        Console.WriteLine(server.Address);                                                // from here on POST /v1/models/cats:predict is answered
        // </Fovea.Serving>
        using var client = new HttpClient { BaseAddress = server.Address };
        Assert.Contains("cats", await client.GetStringAsync("/v1/models"), StringComparison.Ordinal);
    }

    private static Module Initialized(Module module)
    {
        Initialization.Draw(module, new Generator(1));
        return module;
    }

    [Fact]
    public void Weights_from_elsewhere()
    {
        PyTorchFile.Write(_folder.File("resnet8.pth"), StateDict.Of(ModelCatalog.Create("resnet8", new ModelOptions { Classes = 10 })));
        // <Fovea.Interop>
        WeightsFile file = WeightsFile.Read(_folder.File("resnet8.pth"));
        Module model = ModelCatalog.Create("resnet8", new ModelOptions { Classes = 10 });
        ImportResult found = Importer.Load(model, file.Tensors);                      // finds out whose names they are: found.Source
        // </Fovea.Interop>
        Assert.NotEmpty(found.Source);
    }

    [Fact]
    public void Onnx_files_out_and_in()
    {
        // <Fovea.Onnx>
        Module model = ModelCatalog.Create("resnet8", new ModelOptions { Classes = 10 });
        model.Eval().ExportOnnx(_folder.File("model.onnx"), OnnxExportOptions.Default, new TensorSpec([1, 3, 32, 32], DType.Float32));

        using OnnxModel net = OnnxModel.Load(_folder.File("model.onnx"));
        net.Eval();
        using TensorScope scope = TensorScope.Begin();
        Tensor logits = net.Call(Tensor.Zeros([4, 3, 32, 32]));                       // [4, 10]: the batch is open
        // </Fovea.Onnx>
        Assert.Equal([4, 10], logits.Shape);
    }

    [Fact]
    public void Processes_that_compute_together()
    {
        // <Fovea.Distributed>
        using ProcessGroup group = ProcessGroup.FromEnvironment();                    // under mpirun: its ranks; else this process alone
        using Tensor values = TensorScope.Detach(Tensor.Full([1000], group.Rank + 1f));
        PendingCollective sum = group.StartAllReduce(values);                         // goes on behind whatever comes next
        sum.Wait();                                                                   // values: 1 + 2 + … on every rank
        // </Fovea.Distributed>
        Assert.All(values.ToArray<float>(), v => Assert.Equal(1, v));
    }

    [Fact]
    public void Gradients_of_another_engine()
    {
        LibTorch.Find();
        Assert.SkipUnless(TorchLibrary.IsAvailable, LibTorch.Missing);
        // <Fovea.Torch>
        Module model = ModelCatalog.Create("resnet20-cifar", new ModelOptions { Classes = 10, Attention = new AttentionPlacement { Key = "se" } });
        using TensorScope scope = TensorScope.Begin();

        using var torch = new TorchModule(model);                                     // parameters move over once
        using TorchPass pass = torch.Forward(Tensor.Zeros([8, 3, 32, 32]));           // in training mode: statistics of the batch
        pass.Output.RequiresGrad = true;
        pass.Output.CrossEntropy(Tensor.Zeros([8], DType.Int64)).Backward();          // a loss of ours goes on from there
        TorchGradients found = pass.Backward(pass.Output.Grad!);                      // found.Parameters["conv1.weight"]

        model.Eval();
        Tensor logits = torch.Run(Tensor.Zeros([8, 3, 32, 32]));                      // [8, 10]
        // </Fovea.Torch>
        Assert.Equal(model.NamedParameters().Count(), found.Parameters.Count);
        Assert.Equal([8, 10], logits.Shape);
    }

    [Fact]
    public void Training_and_prediction()
    {
        ImageCodecs.Save(_folder.File("cat.png"), new ClutterDataset(1).Get(0).Image);
        // <Fovea.Training>
        TrainResult trained = Trainer.Train(new TrainOptions { Model = "resnet8", Attention = "se", Epochs = 1, Fraction = 0.05, Output = _folder.File("runs"), Name = "first" });

        Predictor predictor = Predictor.Open(new PredictOptions { Weights = _folder.File("runs/first/best.safetensors") });
        Prediction seen = predictor.Predict([_folder.File("cat.png")]).Single();                    // seen.Classes: the most likely first
        // </Fovea.Training>
        Assert.Equal(TrainOutcome.Completed, trained.Outcome);
        Assert.True(seen.Classes[0].Probability >= seen.Classes[1].Probability);
    }

    [Fact]
    public void What_a_model_attends_to()
    {
        // <Fovea.Inspect>
        Module model = ModelCatalog.Create("resnet8", new ModelOptions { Classes = 10, Attention = new AttentionPlacement { Key = "cbam" } }).Eval();
        using TensorScope scope = TensorScope.Begin();
        Tensor images = Tensor.Ones([1, 3, 32, 32]);

        using ModelMaps maps = ModelMaps.Of(model, images);
        ScalarMap gate = maps.Sites[0].Map();                                         // sites have the names of their modules
        ScalarMap map = MapMethods.Create("grad-cam").Explain(model, images, new PredictedClassTarget())[0];
        // </Fovea.Inspect>
        Assert.NotEmpty(gate.Values);
        Assert.NotEmpty(map.Values);
    }

    [Fact]
    public void The_readmes_show_the_code_above()
    {
        string here = File.ReadAllText(Path.Combine(Repository.Root, "tests", "Architecture", "Fovea.Architecture.Tests", "PackageReadmeTests.cs"));
        Match[] snippets = Snippet().Matches(here.ReplaceLineEndings("\n")).ToArray();
        string[] readmes = [.. Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(d => Path.Combine(d, "README.md")).Where(File.Exists)];
        Assert.Equal(readmes.Count(r => File.ReadAllText(r).Contains("```csharp", StringComparison.Ordinal)), snippets.Length);
        Assert.All(snippets, snippet => Assert.Contains(
            Lines(InFolder().Replace(snippet.Groups["code"].Value, "$1")),
            Lines(File.ReadAllText(Path.Combine(Repository.Root, "src", snippet.Groups["project"].Value, "README.md"))),
            StringComparison.Ordinal));
    }

    private static string Lines(string text) => string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0));

    [GeneratedRegex(@"// <(?<project>Fovea\.[\w.]+)>\n(?<code>.*?)// </\k<project>>", RegexOptions.Singleline)]
    private static partial Regex Snippet();

    [GeneratedRegex(@"_folder\.File\((""[^""]*"")\)")]
    private static partial Regex InFolder();
}
