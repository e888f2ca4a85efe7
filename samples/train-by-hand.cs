#!/usr/bin/env dotnet
#:project ../src/Fovea.Training/Fovea.Training.csproj
#:property PublishAot=false

// Training by hand: data, a model with attention, and a loop of one's own. From the repository's root:
//   dotnet run -c Release samples/train-by-hand.cs
using Fovea;
using Fovea.Models;
using Fovea.Training;
using Fovea.Training.Data;

const int Epochs = 3;

// Pictures of 64×64 that are made on the fly: one glyph of eight among distractors. DatasetFactory opens folders, archives, CIFAR, masks, boxes.
var train = new ClutterDataset(1600);
var test = new ClutterDataset(400, split: DataSplit.Val);
var loader = new DataLoader(train, new SamplePipeline(TransformOptions.ForTraining(64)), new DataLoaderOptions { BatchSize = 32, Seed = 1 });

Module model = ModelCatalog.Create("resnet8", new ModelOptions { Classes = train.Classes.Count, Attention = new AttentionPlacement { Key = "cbam" } });
Initialization.Draw(model, new Generator(1));

#region Loop
using var optimizer = new Adam(
    ParameterGroup.Of(model, weightDecay: 0.05),
    options: new AdamOptions { DecoupledDecay = true });
var schedule = new OneCycleSchedule(0.005, Epochs * loader.BatchesPerEpoch);
long step = 0;
for (int epoch = 0; epoch < Epochs; epoch++)
{
    model.Train();
    double sum = 0;
    foreach (Batch batch in loader.Read(epoch))
    {
        using (batch)
        using (TensorScope.Begin())
        {
            schedule.Apply(optimizer, step++);
            Tensor loss = model.Call(batch.Images).CrossEntropy(batch.Labels);
            loss.Backward();
            optimizer.Step();
            optimizer.ClearGrads();
            sum += loss.Item() * batch.Count;
        }
    }

    Console.WriteLine($"epoch {epoch + 1}: loss {sum / loader.ImagesPerEpoch:F3}");
}
#endregion

#region Evaluation
var reader = new DataLoader(
    test, new SamplePipeline(TransformOptions.ForEvaluation(64)),
    new DataLoaderOptions { Shuffle = false });
model.Eval();
int right = 0;
using (GradMode.NoGrad())
{
    foreach (Batch batch in reader.Read(epoch: 0))
    {
        using (batch)
        using (TensorScope.Begin())
        {
            long[] seen = model.Call(batch.Images).ArgMax(1).ToArray<long>();
            long[] labels = batch.Labels.ToArray<long>();
            right += seen.Zip(labels).Count(p => p.First == p.Second);
        }
    }
}

Console.WriteLine($"{(double)right / test.Count:P1} of {test.Count} images are right");
#endregion
