#!/usr/bin/env dotnet
#:project ../src/Fovea.Inspect/Fovea.Inspect.csproj
#:project ../src/Fovea.Training/Fovea.Training.csproj
#:property PublishAot=false

// What a model attends to, as a picture:
//   dotnet run -c Release samples/see-attention.cs [weights picture]
// Without arguments it looks at a made picture, with a small network that lies in the repository.
using Fovea;
using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Imaging.Transforms;
using Fovea.Inspect;
using Fovea.Training;
using Fovea.Training.Data;

string here = (string)AppContext.GetData("EntryPointFileDirectoryPath")!;
string weights = args is [var first, _] ? first : Path.Combine(here, "../src/Fovea.Studio/Assets/clutter-cbam.safetensors");
TrainedModel opened = TrainedModel.Open(weights, new ModelRequest());
Image picture = args is [_, var second] ? ImageCodecs.Load(second) : new ClutterDataset(8, split: DataSplit.Val).Get(5).Image;

#region See
using TensorScope scope = TensorScope.Begin();
SamplePipeline pipeline = opened.Description.EvaluationPipeline();
Tensor x = pipeline.ToInput(picture);

// The gates and relations of the mechanisms, by the names of their places in the model.
using ModelMaps maps = ModelMaps.Of(opened.Model, x);
AttentionSite[] over = [.. maps.Sites.Where(s => s.IsOverPicture)];
Console.WriteLine($"it sees {opened.Description.Classes[(int)maps.Output.ArgMax(1).ToArray<long>()[0]]}; sites over the picture: {string.Join(", ", over.Select(s => s.Name))}");

// What speaks for the answer, by a method of class activation maps.
ScalarMap cam = MapMethods.Create("grad-cam").Explain(opened.Model, x, new PredictedClassTarget())[0];
#endregion

#region Draw
Image seen = pipeline.SeenOf(picture).Resize(256, 256);
foreach (ScalarMap map in over.Select(s => s.Map()).Append(cam))
{
    string file = $"{map.Method}-{map.Site}.png".Replace(':', '-');
    ImageCodecs.Save(file, MapDrawing.Over(map, seen, new MapStyle { IsSmooth = true }));
    Console.WriteLine($"{file}: {map.Height}×{map.Width} cells, {map.Minimum:F3} to {map.Maximum:F3}");
}
#endregion
