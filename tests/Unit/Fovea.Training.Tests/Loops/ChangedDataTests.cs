using Fovea.Training.Data;

namespace Fovea.Training.Tests;

[Collection("engine")]
public class ChangedDataTests
{
    [Fact]
    public void A_resume_on_other_images_is_refused_with_their_names_and_leaves_the_run_as_it_was()
    {
        using var folder = new PictureFolder();
        string run = Stop(folder, folder.Options).Run;
        string before = File.ReadAllText(Path.Combine(run, "split.csv"));
        folder.Picture("pictures/red/new.png", 50);
        File.Delete(folder.File("pictures/blue/2.png"));
        string error = Assert.Throws<DataException>(() => Trainer.Train(new TrainOptions { Resume = run })).Message;
        Assert.Contains("1 added (red/new.png); 1 removed (blue/2.png)", error, StringComparison.Ordinal);
        Assert.Contains("--allow-changed-data", error, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(Path.Combine(run, "split.csv")));
    }

    [Fact]
    public void An_image_of_the_same_name_and_other_pixels_is_noticed()
    {
        using var folder = new PictureFolder();
        string run = Stop(folder, folder.Options).Run;
        folder.Picture("pictures/red/0.png", 50);
        string error = Assert.Throws<DataException>(() => Trainer.Train(new TrainOptions { Resume = run })).Message;
        Assert.Contains("1 changed (red/0.png)", error, StringComparison.Ordinal);
        Assert.Equal(TrainOutcome.Completed, Trainer.Train(new TrainOptions { Resume = run, AllowChangedData = true }).Outcome);
    }

    [Fact]
    public void What_was_trained_on_never_becomes_validation_of_a_split_that_was_drawn()
    {
        using var folder = new PictureFolder();
        string run = Stop(folder, folder.Options).Run;
        string[] train = folder.Part("train"), val = folder.Part("val");
        for (int i = 0; i < 12; i++)
        {
            folder.Picture($"pictures/{TinyRun.Classes[i % 3]}/a{i}.png", 100 + (ulong)i);
        }

        Assert.Equal(TrainOutcome.Completed, Trainer.Train(new TrainOptions { Resume = run, AllowChangedData = true }).Outcome);
        Assert.Equal(val, folder.Part("val"));
        Assert.Equal(train, folder.Part("train")[..train.Length]);
        Assert.Equal(train.Length + 12, folder.Part("train").Length);
    }

    [Fact]
    public void An_image_that_was_moved_to_the_validation_folder_is_left_out_of_it()
    {
        using var folder = new PictureFolder();
        folder.Write("val", 9, 2);
        string run = Stop(folder, folder.Options with { Validation = folder.File("val") }).Run;
        File.Move(folder.File("pictures/red/0.png"), folder.File("val/red/moved.png"));
        folder.Picture("val/red/fresh.png", 50);
        Trainer.Train(new TrainOptions { Resume = run, AllowChangedData = true });
        Assert.DoesNotContain("red/moved.png", folder.Part("val"));
        Assert.Contains("red/fresh.png", folder.Part("val"));
    }

    [Fact]
    public void Images_that_a_fraction_left_out_stay_out()
    {
        using var folder = new PictureFolder();
        TrainOptions options = folder.Options with { Fraction = 0.5 };
        string run = Stop(folder, options).Run;
        string[] train = folder.Part("train"), unused = folder.Part("unused");
        Assert.NotEmpty(unused);
        File.Delete(folder.File($"pictures/{train[0]}"));
        Trainer.Train(new TrainOptions { Resume = run, AllowChangedData = true });
        Assert.Equal(train[1..], folder.Part("train"));
        Assert.Equal(unused.Order(), folder.Part("unused").Order());
    }

    [Fact]
    public void Data_that_were_moved_as_a_whole_are_the_same_data()
    {
        using var folder = new PictureFolder();
        TrainResult whole = Trainer.Train(folder.Options with { Name = "whole" });
        string run = Stop(folder, folder.Options).Run;
        Directory.Move(folder.Data, folder.File("elsewhere"));
        TrainResult resumed = Trainer.Train(new TrainOptions { Resume = run, Data = folder.File("elsewhere") });
        Assert.Equal(File.ReadAllBytes(Path.Combine(whole.Run, "best.safetensors")), File.ReadAllBytes(Path.Combine(resumed.Run, "best.safetensors")));
    }

    [Fact]
    public void Another_class_ends_a_resume_whatever_is_allowed()
    {
        using var folder = new PictureFolder();
        string run = Stop(folder, folder.Options).Run;
        folder.Picture("pictures/white/0.png", 50);
        folder.Picture("pictures/white/1.png", 51);
        string error = Assert.Throws<DataException>(() => Trainer.Train(new TrainOptions { Resume = run, AllowChangedData = true })).Message;
        Assert.Contains("new: white; gone: none", error, StringComparison.Ordinal);
    }

    private static TrainResult Stop(PictureFolder folder, TrainOptions options)
    {
        using var stop = new CancellationTokenSource();
        TrainResult stopped = Trainer.Train(options, new Listener(e =>
        {
            if (e is BatchDone { Epoch: 2, Batch: 2 })
            {
                stop.Cancel();
            }
        }), stop.Token);
        Assert.Equal((TrainOutcome.Interrupted, folder.File("runs/run")), (stopped.Outcome, stopped.Run));
        return stopped;
    }
}
