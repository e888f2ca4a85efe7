using System.Diagnostics;
using System.Globalization;
using Fovea.Bench.Data;
using Fovea.Imaging.Codecs;
using Fovea.Training.Data;

// How fast a loader reads many small pictures, and what memory that takes.
//   dotnet run -c Release --project bench/Fovea.Bench.Data -- shards /tmp/million 1000000
//   dotnet run -c Release --project bench/Fovea.Bench.Data -- folder /tmp/files 20000
//   dotnet run -c Release --project bench/Fovea.Bench.Data -- read /tmp/million 200000
// read says images/s and memory (of the process, and of the managed heap after a collection) at each quarter, and a sum of the order.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["shards", var folder, var count]:
        int wanted = int.Parse(count, CultureInfo.InvariantCulture);
        DatasetFactory.Register(new NamedDataset("made-up", (_, split) => split == DataSplit.Train ? new MadeUp(wanted) : null));
        var clock = Stopwatch.StartNew();
        ShardResult made = ShardWriter.Write("made-up", folder);
        Console.WriteLine($"{made.Pictures:N0} pictures in {made.Shards} shards of {made.Bytes / 1e9:0.00} GB, {made.Pictures / clock.Elapsed.TotalSeconds:N0} images/s");
        return 0;

    case ["folder", var folder, var count]:
        var pictures = new MadeUp(int.Parse(count, CultureInfo.InvariantCulture));
        for (int i = 0; i < pictures.Count; i++)
        {
            string inner = Path.Combine(folder, pictures.Classes[pictures.Label(i)]);
            Directory.CreateDirectory(inner);
            ImageCodecs.Save(Path.Combine(inner, $"{pictures.Name(i)}.png"), pictures.Get(i).Image);
        }

        return 0;

    case ["read", var source, var count, .. var more]:
        Read(source, int.Parse(count, CultureInfo.InvariantCulture), more is [var workers] ? int.Parse(workers, CultureInfo.InvariantCulture) : 0);
        return 0;

    default:
        Console.Error.WriteLine("expected shards FOLDER COUNT, folder FOLDER COUNT, or read DATA COUNT [WORKERS].");
        return 2;
}

static void Read(string source, int count, int workers)
{
    var clock = Stopwatch.StartNew();
    IImageDataset data = DatasetFactory.Open(source, new DatasetOptions { CacheLimit = 0 }, DataSplit.Train);
    Console.WriteLine($"{source}: {data.Count:N0} pictures, opened in {clock.Elapsed.TotalSeconds:0.00} s");
    var pipeline = new SamplePipeline(TransformOptions.ForEvaluation(32));
    var loader = new DataLoader(data, pipeline, new DataLoaderOptions { BatchSize = 128, Workers = workers, Seed = 1 });
    int read = 0, said = 0;
    ulong sum = 14695981039346656037;
    clock.Restart();
    for (int epoch = 0; read < count; epoch++)
    {
        foreach (Batch batch in loader.Read(epoch))
        {
            using (batch)
            {
                foreach (int index in batch.Indices)
                {
                    sum = (sum ^ (uint)index) * 1099511628211;
                }

                read += batch.Count;
            }

            if (read >= (long)count * (said + 1) / 4)
            {
                double seconds = clock.Elapsed.TotalSeconds;
                said++;
                using var process = Process.GetCurrentProcess();
                Console.WriteLine(
                    $"{read,9:N0} pictures, {read / seconds,8:N0} images/s, {process.WorkingSet64 / 1e6,6:0} MB, heap {GC.GetTotalMemory(forceFullCollection: true) / 1e6:0.0} MB, order {sum:x16}");
            }

            if (read >= count)
            {
                break;
            }
        }
    }
}
