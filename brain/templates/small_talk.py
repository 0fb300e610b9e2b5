"""Small talk, and requests that no tool answers."""

from __future__ import annotations

ENGLISH: dict[str, list[str]] = {
    "greeting": [
        "[hi|hello|hey|good morning|good evening|good afternoon|howdy|hi there|hello there|morning|greetings|hiya|yo] [there|chainzoo|bot|friend|everyone|!||]",
        "[how are you|how's life|how do you do|what's up|how is your day|nice to meet you] [today|?|]",
    ],
    "thanks": [
        "[thanks|thank you|cheers|great, thanks|thanks a lot|many thanks|perfect, thank you|nice|great|awesome|cool|well done|good job|that helps|very good|wonderful|ok thanks|perfect] [!|so much|a lot|that was helpful|for your help||]",
        "[bye|goodbye|see you|see you later|that's all|that is all for today|good night] [!|thanks|]",
        "[ok|okay|fine|alright|i see|understood|got it|never mind|forget it]",
    ],
    "help": [
        "[what can you do|what are you able to do|how do you work|how does this work|what do you do|who are you|what are you|what is chainzoo|help|help me|i need help|what are your tools|which tools do you have|what can i ask you|how can you help me|what should i say|how do i start|how do i begin|where do i start] [for me|?|please|]",
        "[show|list|tell] me [what you can do|your tools|your commands|your features|your abilities|some examples]",
    ],
    "other": [
        "who [made|built|created|wrote|owns|pays|programmed] you",
        "[where|when] were you [made|born|built]",
        "how tall is [the eiffel tower|mount everest|your boss]",
        "[make|bring|fetch] me a [sandwich|coffee|beer|chair]",
        "[turn|switch] the [volume|heating|light|tv] [up|down|off|on]",
        "[i think|i feel|it seems] [you are wrong|great|this is nonsense|it will rain]",
        "[book|order|reserve|buy|get me] [a flight to rome|a table for two|a pizza|a taxi|two tickets for the concert|a hotel in paris|some coffee|a new laptop|train tickets]",
        "[what's|what is|how is] the [weather|time|news|date|stock price of apple|capital of france|meaning of life|exchange rate|score of the game] [today|now|in berlin|tomorrow|]",
        "[write|compose|tell|sing] [me|] [a poem|a joke|a story|a song|an essay about cats|a cover letter|a haiku|a letter to my boss|an email to my landlord]",
        "[send|write|forward] [an email|a message|a mail|a text] to [my boss|anna|the team|bob|my mother]",
        "[play|stop|pause] [some|the|] [music|jazz|a movie|video|song]",
        "[set|create|cancel|add] [an alarm|a reminder|a timer|a meeting|an appointment] [for seven|for tomorrow|at noon|with bob|]",
        "[what is|explain|how does|what are|tell me what|define] [lora|a transformer|overfitting|gradient descent|backpropagation|machine learning|attention|a learning rate|an epoch|precision and recall|quantum physics|photosynthesis|the difference between f1 and accuracy] [work|in simple words|to me|mean|means|]",
        "[who|when|where] [won the world cup|is the president|was einstein born|is mount everest|invented the telephone|wrote hamlet|did the war end]",
        "[delete|format|wipe|erase|remove] [all my files|my hard disk|the disk|everything on this computer|my home folder|the operating system|my emails|my account]",
        "[translate|correct|proofread|rewrite|summarise] [my essay|this letter for me|my homework|the bible|hello into french]",
        "[solve|compute|calculate] [two plus two|the square root of nine|my tax return|this equation|seven times eight]",
        "[i am|i'm] [tired|hungry|bored|happy|not sure|confused|angry] [today|about this|]",
        "[that is|this is|that's|it is] [wrong|bad|slow|too expensive|not what i wanted|strange|interesting|useless]",
        "[do you|can you|are you] [like music|feel pain|a human|speak spanish|love me|dream|drive a car|cook|dance|have a name|play chess]",
        "[open|start|install|restart|shut down] [the browser|windows|the printer|docker|the server|photoshop|my computer|python]",
        "[call|phone|text] [my mother|the police|a doctor|john]",
        "[don't|do not|please don't|never] [delete NAME|train anything|tune on FILE|stop NAME|promote NAME|do anything|start yet|delete anything|touch FILE]",
        "[turn on|turn off|dim] the [lights|heating|tv]",
        "[generate|draw|paint|make] [an image of a cat|a picture|a logo|a video|a presentation|a website|slides]",
        "[how old are you|where do you live|what is your favourite colour|are you alive]",
        "[hack|crack|break into] [the server|my neighbour's wifi|this account]",
        "[upload|publish|post] [FILE|NAME|it] to [github|twitter|facebook|dropbox|the cloud|youtube]",
    ],
}

CHINESE: dict[str, list[str]] = {
    "greeting": [
        "[你好|您好|嗨|早上好|晚上好|下午好|早安|哈喽|在吗|你好呀|大家好|早|晚安前打个招呼|hello|hi][！|啊|呀||]",
        "[最近怎么样|今天过得好吗|很高兴认识你|你还好吗|吃了吗]",
    ],
    "thanks": [
        "[谢谢|多谢|感谢|非常感谢|谢谢你|太好了|太棒了|真不错|很好|好的谢谢|辛苦了|谢了|棒|不错|厉害][！|啊|了|你的帮助||]",
        "[再见|拜拜|回头见|下次见|今天就到这里|没事了|没别的了|算了|好的|明白了|知道了|嗯|行][|吧|啦|，谢谢]",
    ],
    "help": [
        "[你能做什么|你会什么|你可以做什么|你有什么功能|你是谁|你是什么|怎么用|怎么使用|如何使用|帮助|帮帮我|能帮我什么|你都会干什么|我该怎么开始|从哪里开始|有哪些功能|有什么工具|可以问你什么|介绍一下你自己|这是什么][？|呢|]",
        "[给|告诉|列出][我|][看看|][你的功能|你能做的事|可用的工具|一些例子|使用说明|工具列表]",
    ],
    "other": [
        "[帮我|请|给我|我想||][订|买|预订|点|叫][一张去罗马的机票|一个披萨|外卖|酒店|火车票|一辆出租车|两张电影票|一杯咖啡|一台电脑|一束花]",
        "[今天|明天|北京|上海|][天气|气温|股价|新闻|汇率|交通][怎么样|如何|是多少|]",
        "[写|给我写|讲|给我讲|唱|作][一首诗|一个笑话|一个故事|一首歌|一篇作文|一封情书|一份简历|个段子|首歌]",
        "[给|帮我给][老板|妈妈|小王|同事|客户][发|写|打][一封邮件|个短信|一条消息|个电话]",
        "[什么是|解释一下|请解释|介绍一下][LoRA|过拟合|机器学习|梯度下降|注意力机制|Transformer|学习率|量子力学|光合作用|区块链][|是什么意思|的原理]",
        "[播放|放|暂停]一[首|点|段][音乐|歌曲|视频|爵士乐]",
        "[设|定|取消|提醒我][一个|][闹钟|提醒|明天开会|会议|定时器]",
        "[法国的首都是哪里|谁发明了电话|现在几点了|一加一等于几|世界上最高的山是什么|谁是总统|今天星期几|人生的意义是什么]",
        "[删除|格式化|清空][我的所有文件|硬盘|整个电脑|系统|所有邮件|我的账号]",
        "[我|今天我][很累|饿了|不开心|有点困|很无聊|心情不好|不太确定]",
        "[不要|别|先别|先不要][删除NAME|训练|停止NAME|上线NAME|动FILE|开始|碰FILE]",
        "[你|你会不会|你能][喜欢音乐吗|是人吗|会跳舞吗|多大了|有感情吗|下棋|做饭|开车吗|说法语吗]",
        "[画|生成|做][一张猫的图片|一幅画|一个网站|一段视频|一个PPT|一个标志]",
        "[打开|关闭|重启|安装][浏览器|电脑|微信|灯|空调|打印机|服务器|手机]",
        "[这个|你][不对|太慢了|错了|没用|真笨|很奇怪|不是我要的]",
        "把[FILE|NAME|它][上传|发布|发]到[微博|GitHub|网盘|朋友圈|云端]",
        "[翻译|修改|润色|总结][一下|][我的论文|这封信|我的作业|这首诗]",
    ],
}
