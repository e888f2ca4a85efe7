using Fovea.Training.Data;

namespace Fovea.Training.Tests.Data.Layouts;

/// <summary>Classes that are divided each by itself.</summary>
public class ClassFirstTests
{
    [Fact]
    public void Parts_within_classes_are_a_split()
    {
        using var folder = new TestFolder();
        string path = Make(folder, "cat", "dog");
        folder.File("d/cat/test/9.png", TestFolder.Png(8, 8, "left"));
        DatasetPair pair = DatasetFactory.OpenPair(path);
        Assert.Equal(["cat", "dog"], pair.Classes);
        Assert.Equal((8, 4), (pair.Train.Count, pair.Val.Count));
        Assert.Equal("train/ and val/ in each class", pair.Division);
        Assert.Equal("cat/train/000.png", pair.Train.Name(0));
        Assert.Contains("left out 1 that lie in neither, such as cat/test/9.png", Assert.Single(pair.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_of_which_only_some_are_divided_are_refused()
    {
        using var folder = new TestFolder();
        string path = Make(folder, "cat");
        folder.Classes("d", 3, "dog");
        string message = Assert.Throws<DataException>(() => DatasetFactory.OpenPair(path)).Message;
        Assert.Contains("cat/ is divided into train/ and val/, and dog/ is not", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_class_of_trains_is_none_that_is_divided()
    {
        using var folder = new TestFolder();
        folder.Classes("d/vehicle", 5, "train", "car");
        DatasetPair pair = DatasetFactory.OpenPair(Path.GetDirectoryName(folder.Classes("d/animal", 5, "cat"))!);
        Assert.Equal(["animal", "vehicle"], pair.Classes);
        Assert.True(pair.IsHeldOut);
    }

    private static string Make(TestFolder folder, params string[] classes)
    {
        foreach (string name in classes)
        {
            folder.Classes($"d/{name}", 4, "train");
            folder.Classes($"d/{name}", 2, "val");
        }

        return Path.Combine(folder.Root, "d");
    }
}
